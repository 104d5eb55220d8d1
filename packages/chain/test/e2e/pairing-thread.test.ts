import { concatBytes, hex, uintToBytes } from '@poai/core'
import { computePairing } from '@poai/execution'
import { expect, onTestFinished, test } from 'vitest'
import { createPairingThread } from '../../src/index.ts'

const g1 = concatBytes(uintToBytes(1n, 32), uintToBytes(2n, 32))
const g2 = hex(
  `0x${[
    '198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2',
    '1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed',
    '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b',
    '12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
  ].join('')}`,
)
const inputs = [concatBytes(g1, g2), new Uint8Array(192), new Uint8Array(192).fill(1)]

test('answers as this thread would, refusals too, and while it is being stopped', async () => {
  const thread = createPairingThread()
  onTestFinished(() => thread.stop())
  const expected = inputs.map(computePairing)
  expect(expected.map((answer) => answer?.at(-1))).toEqual([0, 1, undefined])
  expect(await Promise.all(inputs.map(thread.compute))).toEqual(expected)
  const last = Promise.all(inputs.map(thread.compute))
  await thread.stop()
  expect(await last).toEqual(expected)
})
