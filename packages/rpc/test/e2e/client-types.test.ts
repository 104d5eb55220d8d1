import { readFile, writeFile } from 'node:fs/promises'
import { clientTypes } from '@poai/api'
import { expect, it } from 'vitest'
import { createMethods } from '../../src/methods/create-methods.ts'
import { openMiningChain } from '../support/mining-chain.ts'
import { contextOf, dependenciesOf } from '../support/rpc-fixture.ts'

const MODULE = new URL('../../../api/src/client/poai-rpc.ts', import.meta.url)

it('the types for clients are what the table of methods says', async () => {
  const mining = await openMiningChain()
  const wanted = clientTypes(createMethods(dependenciesOf(mining), contextOf(mining)))
  await mining.close()
  if (process.env['POAI_WRITE_DOCUMENTS'] === '1') await writeFile(MODULE, wanted)
  expect(await readFile(MODULE, 'utf8'), 'make it anew: POAI_WRITE_DOCUMENTS=1 npm test -- client-types').toBe(wanted)
})
