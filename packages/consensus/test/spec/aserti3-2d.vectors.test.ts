import { readFileSync } from 'node:fs'
import { asertTarget } from '@poai/consensus'
import { describe, expect, it } from 'vitest'
import { compactToTarget, targetToCompact } from './compact-target.ts'

/**
 * The vectors that Bitcoin Cash Node published for aserti3-2d (spacing 600 s, half-life 2 days): runs 1 to 6 and 8 to 10,
 * the long ones in part. Rows are "height time bits": the bits of the block after that height, whose timestamp is that time.
 */
interface AsertRun {
  readonly run: string
  readonly description: string
  readonly anchorHeight: string
  /** Of the anchor's parent: there Bitcoin Cash measures from. */
  readonly anchorParentTime: number
  readonly anchorBits: string
  readonly rows: readonly string[]
}

const { runs } = JSON.parse(readFileSync(new URL('vectors/aserti3-2d.vectors.json', import.meta.url), 'utf8')) as {
  readonly runs: readonly AsertRun[]
}

function nextBits(run: AsertRun, height: string, time: string): number {
  const target = asertTarget({
    anchorTarget: compactToTarget(Number(run.anchorBits)),
    timeDelta: BigInt(time) - BigInt(run.anchorParentTime),
    // Since the anchor's parent, hence one more than since the anchor.
    heightDelta: BigInt(height) - BigInt(run.anchorHeight) + 1n,
    spacingSeconds: 600,
    halfLifeSeconds: 172_800,
    easiestTarget: compactToTarget(0x1d00ffff),
  })
  return targetToCompact(target)
}

describe.each(runs)('aserti3-2d $run: $description', (run) => {
  it.each(run.rows)('%s', (row) => {
    const [height = '', time = '', bits = ''] = row.split(' ')
    expect(`0x${nextBits(run, height, time).toString(16).padStart(8, '0')}`).toBe(bits)
  })
})
