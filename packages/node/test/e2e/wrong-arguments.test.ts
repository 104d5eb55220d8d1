import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { BaseWings } from '../../src/node.ts'
import { askForCode } from '../support/ask.ts'
import { testFolder, testNode } from '../support/test-node.ts'

/** What `rpc` does not offer itself: it has such a test of its own methods. */
const OTHERS = /^(admin|miner|net)_|^poai_(engine|peers|getWork|submitWork|submitRate)$/

const WRONG: readonly unknown[] = [
  ...[true, -1, 1.5, 2 ** 53, '', '0x', '0xzz', ' 0x1', 'latest\u0000', 'constructor', '__proto__'],
  ...['x'.repeat(600), `0x${'f'.repeat(5000)}`, [], [[]], [null], {}, { length: -1 }, { worker: 1 }],
  ...[{ worker: 'x'.repeat(5000) }, { worker: 'a', jobId: '0x' }, { toString: 1 }, { beneficiary: '0x' }],
]
/** Wrong arguments, what is not there, a refusal: never a fault of the node (-32603). */
const EXPECTED: ReadonlySet<number | undefined> = new Set([undefined, -32_000, -32_002, -32_005, -32_602])

it('no method of peers and mining is at fault over any wrong argument', async () => {
  const directory = await testFolder()
  let base: BaseWings | undefined
  const { node } = testNode(directory, {
    guests: (wings) => {
      base = wings
      return []
    },
  })
  await node.start()
  const methods = (base?.doors.server.made.methods ?? []).filter(({ name }) => OTHERS.test(name))
  const questions = methods.flatMap(({ name, params }) =>
    params.flatMap((_, place) =>
      WRONG.map((value) => ({ name, given: [...Array(place).fill('12D3KooWx'), value] as readonly unknown[] })),
    ),
  )
  expect(questions.length).toBeGreaterThan(200)
  const socket = join(directory, 'poai.ipc')
  for (const { name, given } of questions) {
    const code = await askForCode(socket, name, given)
    expect(EXPECTED.has(code), `${name}(${JSON.stringify(given).slice(0, 100)}): ${code}`).toBe(true)
  }
})
