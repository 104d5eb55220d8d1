// Kills of processes that import and reorganise, on a real disk: the head afterwards is the acknowledged one or the one that the
// interrupted import was about to make, and the deep check finds nothing. Power cuts are not tested. The argument is the number of kills.
import { runImportCrashes } from '../support/import-crashes.ts'

const kills = Number(process.argv[2] ?? 500)
const begin = performance.now()
const { damaged, ...counts } = await runImportCrashes(kills, 1000)
console.table({ ...counts, damaged: damaged.length, seconds: Math.round((performance.now() - begin) / 1000) })
if (damaged.length > 0) {
  console.error('crash: FAILED', damaged.slice(0, 10))
  process.exitCode = 1
}
