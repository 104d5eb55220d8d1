import { expect, it } from 'vitest'
import { newSubscriptionId } from '../../../src/subscriptions/subscription-id.ts'

it.each([
  [[0xff], `0x${'ff'.repeat(16)}`],
  // One in 16 begins with a zero.
  [[0x0f, 0xff], `0xf${'ff'.repeat(15)}`],
  [[0x00, 0x01, 0x00], `0x1${'00'.repeat(14)}`],
])('is a quantity, without leading zeros: %j', (first, id) => {
  const last = first.at(-1) ?? 0
  expect(newSubscriptionId((size) => Uint8Array.from({ length: size }, (_, index) => first[index] ?? last))).toBe(id)
})

it('is another one each time', () => {
  expect(newSubscriptionId()).not.toBe(newSubscriptionId())
})
