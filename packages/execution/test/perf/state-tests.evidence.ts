// Ethereum's own state tests for Cancun over our state transition: root and logs of every case.
// npm run evidence -- state-tests [archive] [--part 1/2] [--seconds 60]
import { parseArgs } from 'node:util'
import { runStateTest, STATE_TEST_RULES } from '../support/state-tests/run-state-test.ts'
import { readStateTests, STATE_TESTS } from '../support/state-tests/state-test-archive.ts'

/** Cases that take longer are named. */
const SLOW_MS = 5_000
/** Cases that may be given up: their gas is worth minutes. */
const ENDLESS: readonly RegExp[] = [/vmPerformance.loop/, /CALLBlake2f_MaxRounds/, /QuadraticComplexitySolidity/]
const PROGRESS_CASES = 1_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { part: { type: 'string', default: '1/1' }, seconds: { type: 'string', default: '60' } },
})
const [part = 1, parts = 1] = values.part.split('/').map(Number)
const cases = readStateTests(positionals[0] ?? STATE_TESTS).filter((_, index) => index % parts === part - 1)
const counts = new Map(STATE_TEST_RULES.map((rule) => [rule, 0]))
const unexplained: string[] = []
const slow: string[] = []
const started = process.cpuUsage()
for (const [index, one] of cases.entries()) {
  if (index % PROGRESS_CASES === 0) console.error(`${index} of ${cases.length} cases`)
  const begun = performance.now()
  const { rule, found } = await runStateTest(one, Number(values.seconds) * 1_000)
  const ms = performance.now() - begun
  counts.set(rule, (counts.get(rule) ?? 0) + 1)
  if (ms > SLOW_MS) slow.push(`${one.name}: ${rule}, ${(ms / 1_000).toFixed(1)} s`)
  if (rule === 'unexplained' || (rule === 'given up: too long' && !ENDLESS.some((file) => file.test(one.test.file)))) {
    const { hash, logs, expectException } = one.post
    const expected = expectException ?? `root ${hash}, logs ${logs}`
    unexplained.push(`${one.name}\n  expected ${expected}\n  found    ${found ?? rule}`)
    console.error(unexplained.at(-1))
  }
}
const cpu = process.cpuUsage(started)
console.table([...counts].map(([rule, count]) => ({ rule, cases: count })))
if (slow.length > 0) console.log(`Longer than ${SLOW_MS / 1_000} s:\n  ${slow.join('\n  ')}`)
console.log(`${cases.length} cases, CPU: ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s`)
if (unexplained.length > 0 || cases.length === 0) {
  console.error(unexplained.join('\n'))
  console.error(`state-tests: FAILED (${unexplained.length} unexplained differences of ${cases.length} cases)`)
  process.exitCode = 1
}
