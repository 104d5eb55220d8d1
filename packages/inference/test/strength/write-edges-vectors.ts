/**
 * Writes the model at the edges of the arithmetic, and the exams of it that find most mistakes:
 * `node --conditions=source packages/inference/test/strength/write-edges-vectors.ts [CANDIDATES]`. Needs a C compiler.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_CONTEXT_SIZE, formatVectors, MIN_VECTORS, PORTABLE_DOMAIN_NAME } from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { chooseExams, compileRivals, countFound, judgeExams } from './choose-exams.ts'
import { writeEdgesModel } from './edges-model.ts'
import { MISTAKES } from './mistakes.ts'
import { createPlainPasses } from './plain-pass.ts'

const FOLDER = join(import.meta.dirname, '../../../../models/edges')
const path = join(FOLDER, 'edges.gguf')
await mkdir(join(FOLDER, 'vectors'), { recursive: true })
const { sha256 } = await writeEdgesModel(path)
const passes = await createPlainPasses()
const contextSize = DEFAULT_CONTEXT_SIZE
const requests = seededExamRequests('edges', Number(process.argv[2] ?? 512))
const judged = await judgeExams(await compileRivals(passes), { path, contextSize }, requests)
await passes.remove()
const names = MISTAKES.map(({ name }) => name)
const chosen = chooseExams(judged, names, MIN_VECTORS)
const exams = chosen.map(({ request, words }) => ({ request, words }))
const text = formatVectors({ domain: PORTABLE_DOMAIN_NAME, modelSha256: sha256, contextSize, maxSequences: 1, exams })
await writeFile(join(FOLDER, 'vectors', `${PORTABLE_DOMAIN_NAME}.json`), text)
for (const [name, count] of countFound(chosen, names)) process.stderr.write(`${name}: found by ${count}\n`)
