// `npm run bench -- NAME [arguments…]`: runs packages/*/test/perf/NAME.bench.ts, or lists what there is.
import { join } from 'node:path'
import { runNamedScript } from './steps/run-named-script.ts'

process.exitCode = await runNamedScript(join(import.meta.dirname, '..'), 'bench', process.argv.slice(2))
