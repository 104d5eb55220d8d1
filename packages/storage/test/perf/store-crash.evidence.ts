// Kills of processes that commit blocks, on a real disk: nothing acknowledged is lost, nothing is torn. Power cuts are
// not tested.
import { runCrashes } from '../support/crash-runs.ts'

const kills = Number(process.argv[2] ?? 200)
const begin = performance.now()
const report = await runCrashes(kills, 1000)
const { damaged, ...counts } = report
console.table({ ...counts, damaged: damaged.length, seconds: Math.round((performance.now() - begin) / 1000) })
if (report.lost > 0 || damaged.length > 0) {
  console.error('store-crash: FAILED', damaged.slice(0, 10))
  process.exitCode = 1
}
