import { expect, test } from 'vitest'
import { CRASH_PHASES, type CrashPhaseName } from '../support/crash-phases.ts'
import { runCrashes } from '../support/crash-runs.ts'

const PHASES = Object.keys(CRASH_PHASES) as CrashPhaseName[]

test.each(PHASES)('kills during %s lose nothing acknowledged, tear nothing, and the node goes on', async (phase) => {
  const report = await runCrashes(phase, 3, 7)
  expect(report).toMatchObject({ kills: 3, lost: 0, damaged: [], continued: 3 })
})
