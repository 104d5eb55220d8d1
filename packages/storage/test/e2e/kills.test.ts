import { expect, test } from 'vitest'
import { runCrashes } from '../support/crash-runs.ts'

test('20 kills at random instants lose no acknowledged block and tear none', async () => {
  const report = await runCrashes(20, 1)
  expect(report).toMatchObject({ kills: 20, lost: 0, damaged: [] })
  expect(report.acknowledged).toBeGreaterThan(20)
})
