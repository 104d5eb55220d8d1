import { parseArgs } from 'node:util'
import { fuzzDecoders } from '../packages/core/test/fuzz/fuzz-decoders.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
})

const started = performance.now()
const { rows, growthBytes } = fuzzDecoders(Number(values.runs), Number(values.seed))
console.table(rows)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
console.log(
  `${values.runs} inputs, seed ${values.seed}: ${seconds} s, memory grew by at most ${(growthBytes / 1048576).toFixed(1)} MB`,
)
