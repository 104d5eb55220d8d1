import type { WorkVerifier } from '@poai/consensus'
import { genesisHeader, type Header, headerHash } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { describe, expect, it } from 'vitest'
import { type CheckedHeader, createReplayPolicy, excusingVerifier } from '../../../src/sync/replay-policy.ts'

const CHAIN: readonly CheckedHeader[] = Array.from({ length: 1000 }, (_, index) => {
  const header: Header = { ...genesisHeader(testNetwork), number: BigInt(index + 1) }
  return { header, hash: headerHash(header) }
})

function at(number: number): CheckedHeader {
  const found = CHAIN[number - 1]
  if (found === undefined) throw new RangeError('the chain is longer')
  return found
}

function excused(policy: ReturnType<typeof createReplayPolicy>): readonly bigint[] {
  policy.survey(CHAIN)
  return CHAIN.filter(({ hash }) => policy.isExcused(hash)).map(({ header }) => header.number)
}

describe('what a node replays while it catches up', () => {
  it('is everything in the mode full', () => {
    expect(excused(createReplayPolicy({ kind: 'full' }))).toEqual([])
  })

  it('is everything after the trusted block', () => {
    const policy = createReplayPolicy({ kind: 'assume-valid', hash: at(600).hash })
    expect(excused(policy)).toEqual(CHAIN.slice(0, 600).map(({ header }) => header.number))
  })

  it('is everything if the trusted block is not of the chain', () => {
    const hash = headerHash({ ...at(600).header, timestamp: 1n })
    expect(excused(createReplayPolicy({ kind: 'assume-valid', hash }))).toEqual([])
  })

  it('is the last blocks and a share of the others', () => {
    const numbers = excused(createReplayPolicy({ kind: 'sampled', share: 0.2, recentBlocks: 200 }))
    expect(numbers.filter((number) => number > 800n)).toEqual([])
    // Binomial with n = 800 and p = 0.8: twelve standard deviations off in 10^-30 of all runs.
    expect(numbers.length).toBeGreaterThan(500)
    expect(numbers.length).toBeLessThan(780)
  })

  it('is a sample that another node does not share, and that stays the same in one node', () => {
    const mode = { kind: 'sampled', share: 0.5, recentBlocks: 0 } as const
    const [one, other] = [createReplayPolicy(mode), createReplayPolicy(mode)]
    expect(excused(one)).toEqual(excused(one))
    expect(excused(one)).not.toEqual(excused(other))
  })

  it('has no exceptions for blocks of another survey', () => {
    const policy = createReplayPolicy({ kind: 'sampled', share: 0, recentBlocks: 0 })
    policy.survey(CHAIN.slice(0, 10))
    expect([policy.isExcused(at(10).hash), policy.isExcused(at(11).hash)]).toEqual([true, false])
    policy.forget()
    expect(policy.isExcused(at(10).hash)).toBe(false)
  })

  it('is nothing that was replayed before its body came', () => {
    const policy = createReplayPolicy({ kind: 'full' })
    policy.vouch(at(7).hash)
    expect(excused(policy)).toEqual([7n])
    policy.forget()
    expect(policy.isExcused(at(7).hash), 'a survey that ends changes nothing').toBe(true)
  })

  it('is trusted by its hash only where the operator says so', () => {
    const policy = createReplayPolicy({ kind: 'assume-valid', hash: at(2).hash })
    expect([policy.isTrusted(at(2).hash), policy.isTrusted(at(1).hash)]).toEqual([true, false])
    expect(createReplayPolicy({ kind: 'full' }).isTrusted(at(2).hash)).toBe(false)
  })

  it('is asked before each replay', async () => {
    const replayed: bigint[] = []
    const answered: bigint[] = []
    const verifier: WorkVerifier = {
      verify: async ({ number }) => {
        replayed.push(number)
      },
      verifyAnswers: async ({ header }) => {
        answered.push(header.number)
      },
    }
    const policy = createReplayPolicy({ kind: 'assume-valid', hash: at(2).hash })
    policy.survey(CHAIN.slice(0, 4))
    const excusing = excusingVerifier(verifier, policy)
    for (const { header } of CHAIN.slice(0, 4)) {
      await excusing.verify(header, { epochKey: at(1).hash })
      await excusing.verifyAnswers({ header, answers: [] }, { signal: undefined })
    }
    expect(replayed).toEqual([3n, 4n])
    expect(answered).toEqual([3n, 4n])
  })

  it('is asked about answers too, for which nobody vouches before the body is there', async () => {
    const answered: bigint[] = []
    const verifier: WorkVerifier = {
      verify: async () => undefined,
      verifyAnswers: async ({ header }) => {
        answered.push(header.number)
      },
    }
    const policy = createReplayPolicy({ kind: 'sampled', share: 0, recentBlocks: 0 })
    policy.survey(CHAIN.slice(0, 2))
    policy.vouch(at(4).hash)
    const excusing = excusingVerifier(verifier, policy)
    for (const { header } of CHAIN.slice(0, 4)) {
      await excusing.verifyAnswers({ header, answers: [] }, { signal: undefined })
    }
    expect(answered).toEqual([3n, 4n])
  })
})
