/**
 * Searches for exams of the embedded model that find mistakes, and writes those that find most:
 * `node --conditions=source packages/inference/test/strength/write-chosen-vectors.ts [CANDIDATES]`. Needs a C compiler;
 * takes a core for minutes. The file is no part of a network's parameters: what is in it may grow.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_CONTEXT_SIZE, formatVectors, MIN_VECTORS, modelIdentity, PORTABLE_DOMAIN_NAME } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { chooseExams, compileRivals, countFound, judgeExams } from './choose-exams.ts'
import { createPlainPasses } from './plain-pass.ts'

/** What any exam finds needs no search. */
const RARELY_FOUND = [
  ...['FUSED_Q', 'FUSED_R', 'FUSED_EXP', 'FUSED_ROTATION', 'FUSED_NORM', 'WEIGHT_LIBM', 'WEIGHT_EXACT', 'SILU_LIBM'],
  ...['SILU_EXACT', 'SOFTMAX_LIBM', 'SOFTMAX_EXACT', 'ANGLES_LIBM', 'QUANTISER_WIDE', 'QUANTISER_AWAY', 'HALF_FLUSHED'],
]

const MODEL = join(import.meta.dirname, '../../../../models/quiz-1')
const candidates = Number(process.argv[2] ?? 400)
const path = join(MODEL, 'quiz-1.Q8_0.gguf')
const passes = await createPlainPasses()
const rivals = await compileRivals(passes, RARELY_FOUND)
const requests = seededExamRequests('chosen', candidates)
const judged = []
for (let at = 0; at < requests.length; at += 20) {
  judged.push(...(await judgeExams(rivals, { path, contextSize: DEFAULT_CONTEXT_SIZE }, requests.slice(at, at + 20))))
  const found = [...countFound(judged, RARELY_FOUND)].map(([name, count]) => `${name} ${count}`)
  process.stderr.write(`${judged.length} of ${requests.length}: ${found.join(', ')}\n`)
}
await passes.remove()
const chosen = chooseExams(judged, RARELY_FOUND, MIN_VECTORS)
const text = formatVectors({
  domain: PORTABLE_DOMAIN_NAME,
  modelSha256: (await modelIdentity(path)).sha256,
  contextSize: DEFAULT_CONTEXT_SIZE,
  maxSequences: 1,
  exams: chosen.map(({ request, words }) => ({ request, words })),
})
await writeFile(join(MODEL, 'vectors', `${PORTABLE_DOMAIN_NAME}.chosen.json`), text)
for (const [name, count] of countFound(chosen, RARELY_FOUND))
  process.stderr.write(`${name}: found by ${count} of those written\n`)
