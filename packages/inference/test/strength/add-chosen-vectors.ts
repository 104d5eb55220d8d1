/**
 * Appends exams to the chosen ones of the embedded model, by the numbers that a longer search found them under:
 * `node --conditions=source packages/inference/test/strength/add-chosen-vectors.ts MISTAKE NUMBER…`. Each must find the
 * mistake. For mistakes that show in one exam of a thousand; the engine itself, with one patched line, searches fifty
 * times as fast as the plain pass. Needs a C compiler.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatVectors, PORTABLE_DOMAIN_NAME, parseVectors } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { compileRivals, judgeExams } from './choose-exams.ts'
import { createPlainPasses } from './plain-pass.ts'

const MODEL = join(import.meta.dirname, '../../../../models/quiz-1')
const FILE = join(MODEL, 'vectors', `${PORTABLE_DOMAIN_NAME}.chosen.json`)
const [mistake = '', ...numbers] = process.argv.slice(2)
const vectors = parseVectors(await readFile(FILE, 'utf8'))
const passes = await createPlainPasses()
const rivals = await compileRivals(passes, [mistake])
const requests = seededExamRequests('chosen/rare', Math.max(...numbers.map(Number)) + 1)
const judged = await judgeExams(
  rivals,
  { path: join(MODEL, 'quiz-1.Q8_0.gguf'), contextSize: vectors.contextSize },
  requests.filter((_, index) => numbers.includes(`${index}`)),
)
await passes.remove()
if (judged.some(({ foundBy }) => !foundBy.has(mistake))) throw new Error(`some of these exams do not find ${mistake}`)
const exams = [...vectors.exams, ...judged.map(({ request, words }) => ({ request, words }))]
await writeFile(FILE, formatVectors({ ...vectors, exams }))
