import { readFileSync } from 'node:fs'
import { asertTarget } from '@poai/consensus'
import { describe, expect, it } from 'vitest'
import { compactToTarget, targetToCompact } from './compact-target.ts'

/** A run of blocks after one anchor. */
interface AsertRun {
  readonly description: string
  readonly anchorHeight: string
  /** Of the anchor's parent: there Bitcoin Cash measures from. */
  readonly anchorParentTime: number
  readonly anchorBits: string
}

/** The block after `height`, whose timestamp is `time`, has these bits. */
interface AsertVector {
  readonly run: string
  readonly height: string
  readonly time: number
  readonly bits: string
}

/**
 * The vectors that Bitcoin Cash Node published for aserti3-2d (spacing 600 s, half-life 2 days): runs 1 to 6 and 8 to
 * 10, the long ones in part.
 */
const recorded = JSON.parse(readFileSync(new URL('vectors/aserti3-2d.vectors.json', import.meta.url), 'utf8')) as {
  readonly runs: Readonly<Record<string, AsertRun>>
  readonly vectors: readonly AsertVector[]
}

function nextBits(run: AsertRun, { height, time }: AsertVector): number {
  const target = asertTarget({
    anchorTarget: compactToTarget(Number(run.anchorBits)),
    timeDelta: BigInt(time - run.anchorParentTime),
    // Since the anchor's parent, hence one more than since the anchor.
    heightDelta: BigInt(height) - BigInt(run.anchorHeight) + 1n,
    spacingSeconds: 600,
    halfLifeSeconds: 172_800,
    easiestTarget: compactToTarget(0x1d00ffff),
  })
  return targetToCompact(target)
}

describe.each(Object.entries(recorded.runs))('aserti3-2d %s', (name, run) => {
  const vectors = recorded.vectors.filter((vector) => vector.run === name)

  it('has vectors', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(10)
  })

  it.each(vectors)('height $height, time $time: $bits', (vector) => {
    expect(`0x${nextBits(run, vector).toString(16).padStart(8, '0')}`).toBe(vector.bits)
  })
})
