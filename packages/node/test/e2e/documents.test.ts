import { readFile, writeFile } from 'node:fs/promises'
import { clientAnswers, clientTypes, type Method } from '@poai/api'
import { rpcDocument } from '@poai/rpc'
import { expect, it } from 'vitest'
import type { BaseWings } from '../../src/node.ts'
import { testFolder, testNode } from '../support/test-node.ts'

const ROOT = new URL('../../../../', import.meta.url)
const CLIENT = 'packages/api/src/client'

/** All that a node serves, whichever package it comes from. */
async function servedMethods(): Promise<readonly Method[]> {
  let base: BaseWings | undefined
  const { node } = testNode(await testFolder(), {
    flags: { p2p: false },
    guests: (wings) => {
      base = wings
      return []
    },
  })
  await node.start()
  return base?.doors.server.made.methods ?? []
}

it('documents and the types of clients are what the table of methods says', async () => {
  const methods = await servedMethods()
  expect(new Set(methods.map(({ name }) => name)).size).toBe(methods.length)
  const wanted: Readonly<Record<string, string>> = {
    'docs/JSON-RPC.md': rpcDocument(methods),
    [`${CLIENT}/node-methods.ts`]: clientTypes(methods),
    [`${CLIENT}/answers.ts`]: clientAnswers(methods),
  }
  for (const [path, text] of Object.entries(wanted)) {
    const file = new URL(path, ROOT)
    if (process.env['POAI_WRITE_DOCUMENTS'] === '1') await writeFile(file, text)
    expect(await readFile(file, 'utf8'), 'make it anew: POAI_WRITE_DOCUMENTS=1 npm test -- documents').toBe(text)
  }
})
