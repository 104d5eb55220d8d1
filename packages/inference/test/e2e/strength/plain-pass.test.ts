import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseVectors } from '@poai/inference'
import { hasProgramForTests } from '@poai/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf, readFunctionVectors, resultsOf, wordToHex } from '../../strength/function-vectors.ts'
import { MISTAKES } from '../../strength/mistakes.ts'
import { createPlainPasses, type PlainPass, type PlainPasses } from '../../strength/plain-pass.ts'

const canCompile = hasProgramForTests(['cc'], 'apt-get install gcc')
const MODEL = join(import.meta.dirname, '../../../../../models/quiz-1')
const recorded = readFunctionVectors()
const calls = callsOf(recorded)
const results = resultsOf(recorded)

describe.runIf(canCompile)('the pass as the document puts it', () => {
  let passes: PlainPasses
  let right: PlainPass
  beforeAll(async () => {
    passes = await createPlainPasses()
    right = await passes.compile('NONE')
  })
  afterAll(async () => await passes.remove())

  it('computes the vectors of functions', async () => {
    const answers = await right.call(calls)
    expect(answers.map((words) => words.map(wordToHex).join())).toEqual(results)
  })

  it.each(['portable-1', 'portable-1.chosen'])('computes exams of the embedded model: %s', async (file) => {
    const { exams, contextSize } = parseVectors(await readFile(join(MODEL, 'vectors', `${file}.json`), 'utf8'))
    const some = exams.filter((_, index) => index % 6 === 0)
    const words = await right.evaluate(
      join(MODEL, 'quiz-1.Q8_0.gguf'),
      contextSize,
      some.map(({ request }) => request),
    )
    expect(words).toEqual(some.map((exam) => exam.words))
  })

  // What only exams show (angles from powers, unrounded keys and values) is in the evidence of all: vector-strength.
  const inPasses = ['ANGLES_APART', 'KEYS_EXACT', 'VALUES_EXACT']
  it.each(MISTAKES.filter(({ name }) => !inPasses.includes(name)))('vectors find: $meaning', async ({ name }) => {
    const answers = await (await passes.compile(name)).call(calls)
    const found = answers.filter((words, index) => words.map(wordToHex).join() !== results[index])
    expect(found.length).toBeGreaterThanOrEqual(3)
  })
})
