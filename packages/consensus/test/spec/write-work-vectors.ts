/**
 * Writes the vectors of seeds, transcripts, losses and work hashes anew, by hand, when a new recipe is made:
 * `node --conditions=source packages/consensus/test/spec/write-work-vectors.ts`.
 * A changed vector is a changed rule: networks that run the old one will not follow.
 */
import { writeFileSync } from 'node:fs'
import { computeWorkVectors } from './work-vectors.ts'

const file = new URL('vectors/work.vectors.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(computeWorkVectors(), undefined, 1)}\n`)
