/**
 * Writes the vectors of the exam anew, by hand, when a new exam format is made:
 * `node --conditions=source packages/consensus/test/spec/write-exam-vectors.ts`.
 * A changed vector is a changed rule: networks that run the old one will not follow.
 */
import { writeFileSync } from 'node:fs'
import { computeExamVectors } from './exam-vectors.ts'

const file = new URL('vectors/exam.vectors.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(computeExamVectors(), undefined, 1)}\n`)
