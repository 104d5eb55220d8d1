/**
 * Writes the vectors of calls, answers and generations anew, by hand, when a new recipe is made:
 * `node --conditions=source packages/consensus/test/spec/write-inference-vectors.ts`.
 * A changed vector is a changed rule: networks that run the old one will not follow.
 */
import { writeFileSync } from 'node:fs'
import { computeInferenceVectors } from './inference-vectors.ts'

const file = new URL('vectors/inference.vectors.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(computeInferenceVectors(), undefined, 1)}\n`)
