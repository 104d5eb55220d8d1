import { readFile, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { createMethods } from '../../src/methods/create-methods.ts'
import { rpcDocument } from '../../src/rpc-document.ts'
import { openMiningChain } from '../support/mining-chain.ts'
import { contextOf, dependenciesOf } from '../support/rpc-fixture.ts'

const DOCUMENT = new URL('../../../../docs/JSON-RPC.md', import.meta.url)

it('docs/JSON-RPC.md is what the table of methods says', async () => {
  const mining = await openMiningChain()
  const methods = createMethods(dependenciesOf(mining), contextOf(mining))
  await mining.close()
  const wanted = rpcDocument(methods)
  if (process.env['POAI_WRITE_DOCUMENTS'] === '1') await writeFile(DOCUMENT, wanted)
  expect(await readFile(DOCUMENT, 'utf8'), 'make it anew: POAI_WRITE_DOCUMENTS=1 npm test -- rpc-document').toBe(wanted)
  expect(new Set(methods.map(({ name }) => name)).size).toBe(methods.length)
})
