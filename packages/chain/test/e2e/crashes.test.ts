import { expect, test } from 'vitest'
import { runImportCrashes } from '../support/import-crashes.ts'

test('8 kills while importing and reorganising lose no acknowledged block, tear nothing, and the node goes on', async () => {
  const report = await runImportCrashes(8, 7)
  expect(report).toMatchObject({ kills: 8, damaged: [] })
  expect(report.acknowledged).toBeGreaterThan(8)
})
