// npm run evidence -- vector-strength [MISTAKE…]
//
// What the vectors find: the pass of docs/PROTOCOL.md is compiled with one mistake after the other, and each must give
// another answer to at least three of the vectors of functions and exams. Needs a C compiler; takes a core for some
// minutes.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ExamVector, parseVectors } from '@poai/inference'
import { callsOf, readFunctionVectors, resultsOf, wordToHex } from '../strength/function-vectors.ts'
import { MISTAKES } from '../strength/mistakes.ts'
import { createPlainPasses, type PlainPass } from '../strength/plain-pass.ts'

const MODELS = join(import.meta.dirname, '../../../../models')
/** Two may be chance: of a processor, of a C library. */
const LEAST_FOUND = 3

const only = process.argv.slice(2)
const mistakes = MISTAKES.filter(({ name }) => only.length === 0 || only.includes(name))
const functions = readFunctionVectors()
const [calls, results] = [callsOf(functions), resultsOf(functions)]
const pinned = await examsOf('quiz-1/vectors/portable-1.json')
const chosen = await examsOf('quiz-1/vectors/portable-1.chosen.json')
const edges = await examsOf('edges/vectors/portable-1.json')

async function examsOf(file: string): Promise<readonly ExamVector[]> {
  return parseVectors(await readFile(join(MODELS, file), 'utf8')).exams
}

async function findInExams(
  pass: PlainPass,
  exams: readonly ExamVector[],
  model: string = 'quiz-1/quiz-1.Q8_0.gguf',
): Promise<number> {
  const requests = exams.map(({ request }) => request)
  const words = await pass.evaluate(join(MODELS, model), 255, requests)
  return words.filter((own, index) => own.join() !== exams[index]?.words.join()).length
}

async function find(pass: PlainPass): Promise<readonly number[]> {
  const answers = await pass.call(calls)
  const inFunctions = answers.filter((words, index) => words.map(wordToHex).join() !== results[index]).length
  const inEdges = await findInExams(pass, edges, 'edges/edges.gguf')
  return [inFunctions, inEdges, await findInExams(pass, chosen), await findInExams(pass, pinned)]
}

const passes = await createPlainPasses()
const none = await find(await passes.compile('NONE'))
if (none.some((count) => count > 0)) throw new Error(`the plain pass itself is wrong: ${none.join(', ')}`)
const rows: Record<string, string | number>[] = []
for (const { name, meaning } of mistakes) {
  const counts = await find(await passes.compile(name))
  const total = counts.reduce((sum, count) => sum + count, 0)
  const verdict = total >= LEAST_FOUND ? 'found' : 'TOO WEAK'
  const [inFunctions = 0, inEdges = 0, inChosen = 0, inPinned = 0] = counts
  const found = { functions: inFunctions, edges: inEdges, chosen: inChosen, pinned: inPinned }
  rows.push({ mistake: meaning, ...found, verdict })
  console.error(`${name}: ${counts.join(' + ')}`)
  if (total < LEAST_FOUND) process.exitCode = 1
}
await passes.remove()
console.table(rows)
const exams = `${edges.length} exams at the edges, ${chosen.length} chosen and ${pinned.length} pinned exams of quiz-1`
console.log(`of ${calls.length} vectors of functions, ${exams}`)
