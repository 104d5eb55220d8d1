// Our state transition against the VM of EthereumJS, on random histories: receipts, logs, gas, blooms and roots of
// every block. npm run evidence -- execution-differential [transactions]
import { HARDFORKS, type Hardfork } from '@poai/core'
import { HISTORY_KINDS } from '../support/random-history.ts'
import { HistoryDifference, runHistory } from '../support/run-history.ts'

const wanted = Number(process.argv[2] ?? 10_000)
/** By turns at each rule set. Each starts from its own genesis, so that young and old states are both covered. */
const HISTORIES = 8

const started = process.cpuUsage()
const kinds = new Map<string, number>()
let [blocks, transactions, reverted, logs] = [0, 0, 0, 0]
let gasUsed = 0n
try {
  for (let history = 0; history < HISTORIES; history++) {
    const report = await runHistory({
      seed: `differential ${history}`,
      hardfork: HARDFORKS[history % HARDFORKS.length] as Hardfork,
      transactions: Math.ceil(wanted / HISTORIES),
      maxPerBlock: [1, 5, 40, 100][(history >> 1) % 4] ?? 40,
    })
    blocks += report.blocks
    transactions += report.transactions
    reverted += report.reverted
    logs += report.logs
    gasUsed += report.gasUsed
    for (const [kind, count] of report.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count)
    console.error(
      `history ${history + 1} of ${HISTORIES}: ${report.transactions} transactions, ${report.blocks} blocks`,
    )
  }
} catch (error) {
  if (!(error instanceof HistoryDifference)) throw error
  console.error(error.message)
  console.error('execution-differential: FAILED')
  process.exit(1)
}
const cpu = process.cpuUsage(started)
console.table([...kinds].sort(([, a], [, b]) => b - a).map(([kind, count]) => ({ kind, count })))
console.log(`${transactions} transactions (${reverted} reverted, ${logs} logs, ${gasUsed} gas) in ${blocks} blocks`)
console.log(
  'Roots, receipts, logs and gas equal to those of EthereumJS in every block, and every block undone and done again.',
)
console.log(`CPU: ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s`)
const missing = HARDFORKS.flatMap((hardfork) => HISTORY_KINDS[hardfork]).filter((kind) => !kinds.has(kind))
if (missing.length > 0 || transactions < wanted) {
  console.error(
    `execution-differential: FAILED (missing: ${missing.join(', ') || `${wanted - transactions} transactions`})`,
  )
  process.exitCode = 1
}
