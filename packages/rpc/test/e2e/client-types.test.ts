import { readFile, writeFile } from 'node:fs/promises'
import { clientAnswers, clientTypes } from '@poai/api'
import { expect, it } from 'vitest'
import { createMethods } from '../../src/methods/create-methods.ts'
import { openMiningChain } from '../support/mining-chain.ts'
import { contextOf, dependenciesOf } from '../support/rpc-fixture.ts'

const CLIENT = new URL('../../../api/src/client/', import.meta.url)

it('the types and schemas for clients are what the table of methods says', async () => {
  const mining = await openMiningChain()
  const methods = createMethods(dependenciesOf(mining), contextOf(mining))
  await mining.close()
  const modules = { 'node-methods.ts': clientTypes(methods), 'answers.ts': clientAnswers(methods) }
  for (const [name, wanted] of Object.entries(modules)) {
    const file = new URL(name, CLIENT)
    if (process.env['POAI_WRITE_DOCUMENTS'] === '1') await writeFile(file, wanted)
    expect(await readFile(file, 'utf8'), 'make it anew: POAI_WRITE_DOCUMENTS=1 npm test -- client-types').toBe(wanted)
  }
})
