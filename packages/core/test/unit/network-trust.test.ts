import { expect, it } from 'vitest'
import { devnet, hash32, joinTrust, NO_TRUST, testnet, trustOf } from '../../src/index.ts'

it('knows of each built-in network what was released with it, and of others nothing', () => {
  expect([devnet, testnet, { ...devnet, chainId: 5n }].map(trustOf)).toEqual([NO_TRUST, NO_TRUST, NO_TRUST])
})

it('joins what two know: the more work, and all checkpoints', () => {
  const [a, b] = [1n, 2n].map((number) => ({ number, hash: hash32(Uint8Array.of(Number(number))) }))
  if (a === undefined || b === undefined) throw new RangeError()
  const joined = joinTrust({ minimumWork: 5n, checkpoints: [a] }, { minimumWork: 7n, checkpoints: [b] })
  expect(joined).toEqual({ minimumWork: 7n, checkpoints: [a, b] })
  expect(joinTrust(joined, NO_TRUST)).toEqual(joined)
})
