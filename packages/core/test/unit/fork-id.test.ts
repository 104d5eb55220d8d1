import { describe, expect, it } from 'vitest'
import {
  bytesToHex,
  devnet,
  type Fork,
  type ForkVerdict,
  forkIdAt,
  genesisHash,
  judgeForkId,
  type NetworkParams,
} from '../../src/index.ts'
import { forked } from '../support/forked-network.ts'

const network = (...forks: readonly Fork[]): NetworkParams => ({ ...devnet, forks })
const at = (number: bigint, minLimit = 6_000n): Fork => ({
  name: `at-${number}`,
  number,
  changes: { gas: { minLimit } },
})

describe('the fork id', () => {
  it('is the genesis hash where there is no fork', () => {
    expect(forkIdAt(devnet, 100n)).toEqual({ hash: genesisHash(devnet), next: 0n })
  })

  it('changes with the first block of a fork, and names the next one', () => {
    const [zero, nine, ten, nineteen, twenty] = [0n, 9n, 10n, 19n, 20n].map((head) => forkIdAt(forked, head))
    expect(nine).toBe(zero)
    expect(nine?.next).toBe(10n)
    expect(ten?.next).toBe(20n)
    expect(nineteen).toBe(ten)
    expect(twenty?.next).toBe(0n)
    expect(new Set([zero, ten, twenty].map((id) => bytesToHex(id?.hash ?? new Uint8Array()))).size).toBe(3)
  })

  it('commits to height and rules, and not to the name that people gave a fork', () => {
    const idOf = (fork: Fork): string => bytesToHex(forkIdAt(network(fork), 100n).hash)
    const one = idOf(at(10n))
    expect(idOf(at(11n))).not.toBe(one)
    expect(idOf(at(10n, 6_001n))).not.toBe(one)
    expect(idOf({ ...at(10n), name: 'other' })).toBe(one)
    // The same rules, but the schedule of difficulty begins anew.
    const { initialTarget } = devnet.difficulty
    expect(idOf({ ...at(10n), changes: { ...at(10n).changes, difficulty: { initialTarget } } })).not.toBe(one)
  })
})

describe('another node’s fork id', () => {
  const none = network()
  const ten = network(at(10n))
  const other = network(at(10n, 7_000n))
  const eleven = network(at(11n))
  const both = network(at(10n), at(20n))

  it.each<[string, ours: NetworkParams, head: bigint, theirs: NetworkParams, theirHead: bigint, ForkVerdict]>([
    ['the same, before the fork', ten, 5n, ten, 9n, { kind: 'agrees' }],
    ['the same, after it', ten, 15n, ten, 10n, { kind: 'agrees' }],
    ['behind a fork that it knows', ten, 15n, ten, 5n, { kind: 'agrees' }],
    ['ahead, beyond a fork that we know', ten, 5n, ten, 15n, { kind: 'agrees' }],
    ['two forks ahead', both, 5n, both, 25n, { kind: 'agrees' }],
    ['behind, and knows only the first of two', both, 15n, ten, 5n, { kind: 'agrees' }],
    ['does not know the next fork yet', ten, 9n, none, 9n, { kind: 'will-differ', number: 10n }],
    ['knows a fork that we do not', none, 9n, ten, 9n, { kind: 'will-differ', number: 10n }],
    ['expects it at another height', ten, 9n, eleven, 9n, { kind: 'will-differ', number: 10n }],
    ['does not know the second fork yet', both, 19n, ten, 19n, { kind: 'will-differ', number: 20n }],
    ['never heard of a fork that is behind us', ten, 10n, none, 9n, { kind: 'differs', number: 10n }],
    ['the same, and went on without it', ten, 10n, none, 15n, { kind: 'differs', number: 10n }],
    ['knows a fork that we went on without', none, 10n, ten, 9n, { kind: 'differs', number: 10n }],
    ['has gone through a fork that we do not know', none, 9n, ten, 10n, { kind: 'differs', number: undefined }],
    ['forked at another height', ten, 15n, eleven, 15n, { kind: 'differs', number: undefined }],
    ['forked to other rules', ten, 15n, other, 15n, { kind: 'differs', number: undefined }],
    ['missed the second of two forks', both, 20n, ten, 19n, { kind: 'differs', number: 20n }],
  ])('which %s', (_, ours, head, theirs, theirHead, verdict) => {
    expect(judgeForkId(ours, head, forkIdAt(theirs, theirHead))).toEqual(verdict)
  })
})
