// Rules of the money contracts, in forge: unit tests, fuzz tests, and invariants under calls in any order.
// npm run evidence -- contracts [--runs 1000] [--depth 250] [--seed 1] [--fuzz 10000]
// The invariants get runs x depth calls each; all together there must be a million, unless --runs asks for fewer.
import { parseArgs } from 'node:util'
import { runForge } from '../support/run-forge.ts'

const LEAST_CALLS = 1_000_000
const LIMIT_MS = 4 * 3_600_000

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    depth: { type: 'string', default: '250' },
    seed: { type: 'string', default: '1' },
    fuzz: { type: 'string', default: '10000' },
  },
})
const runs = Number(values.runs ?? 1_000)
const [depth, seed, fuzzRuns] = [Number(values.depth), Number(values.seed), Number(values.fuzz)]
const started = performance.now()
const tests = await runForge({ fuzzRuns, runs, depth, seed, limitMs: LIMIT_MS })
const seconds = ((performance.now() - started) / 1_000).toFixed(0)
const invariants = tests.filter(({ name }) => name.startsWith('invariant_'))
const calls = invariants.reduce((sum, one) => sum + one.calls, 0)
const failed = tests.filter(({ failure }) => failure !== undefined)
console.table(invariants.map(({ suite, name, calls: made, reverts }) => ({ suite, name, calls: made, reverts })))
for (const { suite, name, failure } of failed) console.error(`${suite}.${name}: ${failure}`)
console.log(
  `${tests.length} tests, ${invariants.length} invariants, ${calls} calls of handlers, seed ${seed}, ${seconds} s`,
)
const isShort = invariants.length === 0 || (values.runs === undefined && calls < LEAST_CALLS)
if (failed.length > 0 || isShort) {
  console.error(`contracts: FAILED (${failed.length} tests${isShort ? ', too few calls' : ''})`)
  process.exitCode = 1
}
