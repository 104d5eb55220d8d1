import { claimedWorkHash, meetsTarget, validateWorkClaim, workHash } from '@poai/consensus'
import { type Header, RuleError, sealHash, toHash32, verdictOf } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { someHeader } from './some-header.ts'

const hash = claimedWorkHash(someHeader)

function withTarget(target: bigint): Header {
  return { ...someHeader, target }
}

describe('work hash', () => {
  it('changes with every member of the seal by one', () => {
    const sealed = sealHash(someHeader)
    const hashes = new Set([
      workHash(sealed, someHeader),
      workHash(sealed, { ...someHeader, nonce: 1n }),
      workHash(sealed, { ...someHeader, lossMicroNats: 1n }),
      workHash(sealed, { ...someHeader, transcriptRoot: toHash32(someHeader.transcriptRoot.with(31, 1)) }),
      workHash(toHash32(sealed.with(0, (sealed[0] as number) ^ 1)), someHeader),
    ])
    expect(hashes.size).toBe(5)
    expect(hash < 1n << 256n).toBe(true)
  })

  it('meets a target strictly above it only', () => {
    expect(meetsTarget(5n, 6n)).toBe(true)
    expect(meetsTarget(5n, 5n)).toBe(false)
    expect(meetsTarget(0n, 0n)).toBe(false)
  })
})

describe('WORK_CLAIM_ABOVE_TARGET', () => {
  it('passes a claim below the target', () => {
    expect(() => validateWorkClaim(withTarget((1n << 256n) - 1n))).not.toThrow()
  })

  it('is decided at the very target', () => {
    // The target is sealed, so the hash moves with it: search a nonce on either side of a target in the middle.
    const target = 1n << 255n
    const claims = Array.from({ length: 64 }, (_, nonce) => ({ ...withTarget(target), nonce: BigInt(nonce) }))
    const verdicts = claims.map((header) => {
      try {
        validateWorkClaim(header)
        return true
      } catch {
        return false
      }
    })
    expect(verdicts).toEqual(claims.map((header) => claimedWorkHash(header) < target))
    expect(new Set(verdicts).size).toBe(2)
  })

  it('says what was claimed and what was wanted', () => {
    const header = withTarget(1n)
    const thrown = (): unknown => {
      try {
        validateWorkClaim(header)
        return undefined
      } catch (error) {
        return error
      }
    }
    const error = thrown()
    expect(error).toBeInstanceOf(RuleError)
    expect(error).toMatchObject({
      code: 'WORK_CLAIM_ABOVE_TARGET',
      expected: 'below 1',
      actual: claimedWorkHash(header),
    })
    expect(verdictOf(error as RuleError)).toBe('malicious')
  })
})
