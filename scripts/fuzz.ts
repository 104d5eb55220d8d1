import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fuzzDecoders } from '../packages/core/test/fuzz/fuzz-decoders.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
})
// Garbage is not growth: without this, the figure would depend on when the collector last ran.
setFlagsFromString('--expose-gc')
globalThis.gc = runInNewContext('gc')

const started = performance.now()
const { rows, growthBytes } = fuzzDecoders(Number(values.runs), Number(values.seed))
console.table(rows)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(
  `${values.runs} inputs, seed ${values.seed}: ${seconds} s, memory grew by at most ${(growthBytes / 1048576).toFixed(1)} MB`,
)
