import { type Fork, forkIdAt, genesisHash, type Logger, type NetworkParams, silentLogger } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { ForkCheck } from '../../../src/handshake/fork-check.ts'

const FORK: Fork = { name: 'wider', number: 10n, changes: { gas: { limitDivisor: 512n } } }
const plain: NetworkParams = testNetwork
const forked: NetworkParams = { ...testNetwork, forks: [FORK] }

class Fixture {
  readonly clock: ManualClock = new ManualClock()
  readonly warnings: string[] = []
  readonly check: ForkCheck

  constructor(params: NetworkParams, headNumber: bigint) {
    const head = { number: headNumber, hash: genesisHash(params), totalWork: 0n }
    const warn: Logger['warn'] = (message) => this.warnings.push(message)
    this.check = new ForkCheck(
      { params },
      { chain: { head: () => head as never }, clock: this.clock, logger: { ...silentLogger, warn } },
    )
  }
}

describe('the check of forks', () => {
  it('has nothing to say on a network without any', () => {
    const { check, warnings } = new Fixture(plain, 100n)
    expect(check.ownId).toBeUndefined()
    expect(check.admits('peer', undefined)).toBe(true)
    expect(warnings).toEqual([])
  })

  it('admits whoever has the same schedule, however far they are', () => {
    for (const [own, theirs] of [
      [9n, 10n],
      [10n, 9n],
      [10n, 10n],
    ] as const) {
      const { check, warnings } = new Fixture(forked, own)
      expect(check.ownId).toEqual(forkIdAt(forked, own))
      expect(check.admits('peer', forkIdAt(forked, theirs))).toBe(true)
      expect(warnings).toEqual([])
    }
  })

  it('warns of a fork that the other one does not know, and parts when it is there', () => {
    const before = new Fixture(forked, 9n)
    expect(before.check.admits('peer', undefined)).toBe(true)
    expect(before.warnings).toEqual(['A peer will follow other rules from a block on'])
    const after = new Fixture(forked, 10n)
    expect(after.check.admits('peer', undefined)).toBe(false)
    expect(after.warnings).toEqual(['A peer follows other rules'])
  })

  it('parts from a peer that has passed a fork unknown to this node', () => {
    const { check } = new Fixture(plain, 9n)
    expect(check.admits('peer', forkIdAt(forked, 9n))).toBe(true)
    expect(check.admits('peer', forkIdAt(forked, 10n))).toBe(false)
  })

  it('warns once an hour, however many peers say so', () => {
    const { check, clock, warnings } = new Fixture(plain, 9n)
    for (let count = 0; count < 3; count++) check.noteRefusal(`peer ${count}`)
    expect(warnings).toHaveLength(1)
    clock.now += 3_599_999
    check.noteRefusal('peer')
    expect(warnings).toHaveLength(1)
    clock.now += 1
    check.noteRefusal('peer')
    expect(warnings).toHaveLength(2)
  })
})
