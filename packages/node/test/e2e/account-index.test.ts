import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ask } from '../support/ask.ts'
import { loggedUrl, testFolder, testNode } from '../support/test-node.ts'

it('a node has an index by account if it is told to, and says how far it goes', async () => {
  const folder = await testFolder()
  const flags = { p2p: false, 'metrics-port': '0' }
  const [plain, indexed] = [join(folder, 'plain'), join(folder, 'indexed')]
  const without = testNode(plain, { flags })
  await without.node.start()
  expect(await ask(join(plain, 'poai.ipc'), 'poai_nodeStatus')).toMatchObject({ accountIndex: null })
  expect(await (await fetch(`${loggedUrl(without, 'Serving metrics')}/metrics`)).text()).not.toMatch(/^poai_index/m)

  const withIndex = testNode(indexed, { flags: { ...flags, index: true } })
  await withIndex.node.start()
  await expect
    .poll(() => ask(join(indexed, 'poai.ipc'), 'poai_nodeStatus'), { timeout: 20_000 })
    .toMatchObject({ accountIndex: { number: 0, tracedFrom: 1 } })
  const page = await (await fetch(`${loggedUrl(withIndex, 'Serving metrics')}/metrics`)).text()
  expect(page).toContain('poai_index_block_number 0')
  const nobody = `0x${'ab'.repeat(20)}`
  expect(await ask(join(indexed, 'poai.ipc'), 'ots_getContractCreator', [nobody])).toBeNull()
})
