// `npm run evidence -- NAME [arguments…]`: runs packages/*/test/perf/NAME.evidence.ts, which shows that a claim holds,
// at the full size that is too slow for a test; or lists what there is.
import { join } from 'node:path'
import { runNamedScript } from './steps/run-named-script.ts'

process.exitCode = await runNamedScript(join(import.meta.dirname, '..'), 'evidence', process.argv.slice(2))
