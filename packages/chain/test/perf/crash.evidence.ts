// Kills of processes that import, reorganise, prune and compact, on a real disk, also while they open the database
// after the kill before. After each, the deep check finds nothing, all that was acknowledged is there, the head is the
// acknowledged one or the one that the interrupted import was about to make, and the next block gets in. Power cuts are
// not tested. The argument is the number of kills in all.
import { tmpdir } from 'node:os'
import { CRASH_PHASES, type CrashPhaseName } from '../support/crash-phases.ts'
import { type CrashReport, runCrashes } from '../support/crash-runs.ts'

const kills = Number(process.argv[2] ?? 500)
const phases = Object.keys(CRASH_PHASES) as CrashPhaseName[]
const begin = performance.now()
const rows: Record<string, Record<Exclude<keyof CrashReport, 'damaged'> | 'damaged', number>> = {}
const damaged: string[] = []
for (const [index, phase] of phases.entries()) {
  const share = Math.floor(((index + 1) * kills) / phases.length) - Math.floor((index * kills) / phases.length)
  const report = await runCrashes(phase, share, 1000 + index)
  rows[phase] = { ...report, damaged: report.damaged.length }
  damaged.push(...report.damaged)
}
const total = (column: keyof CrashReport): number => Object.values(rows).reduce((sum, row) => sum + row[column], 0)
console.log(`${total('kills')} kills, databases in ${tmpdir()}, ${Math.round((performance.now() - begin) / 1000)} s`)
console.table(rows)
if (total('lost') > 0 || damaged.length > 0) {
  console.error('crash: FAILED', damaged.slice(0, 10))
  process.exitCode = 1
}
