import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Hex, hex } from '@poai/core'
import { parseVectors } from '@poai/inference'
import { createReferenceAttempts, hasProgramForTests } from '@poai/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { callsOf, readFunctionVectors, resultsOf, wordToHex } from '../../strength/function-vectors.ts'
import { MISTAKES } from '../../strength/mistakes.ts'
import { createPlainPasses, type PlainPass, type PlainPasses } from '../../strength/plain-pass.ts'

const canCompile = hasProgramForTests(['cc'], 'apt-get install gcc')
const MODEL = join(import.meta.dirname, '../../../../../models/quiz-1')
/** Blocks of a devnet, for those who know the rules; here only their exams count. */
const DEVNET = join(import.meta.dirname, '../../../../consensus/test/spec/vectors/devnet.vectors.json')

interface DevnetVectors {
  readonly network: { readonly work: { readonly exam: Parameters<typeof createReferenceAttempts>[0] } }
  readonly blocks: readonly { readonly examSeed: Hex; readonly words: readonly string[] }[]
}

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

  it('says of the exams of recorded blocks what their miner said', async () => {
    const { network, blocks } = JSON.parse(await readFile(DEVNET, 'utf8')) as DevnetVectors
    const { buildExam } = createReferenceAttempts(network.work.exam)
    const requests = blocks.map(({ examSeed }) => buildExam(hex(examSeed)))
    const words = await right.evaluate(join(MODEL, 'quiz-1.Q8_0.gguf'), 255, requests)
    expect(words.map((own) => [...own].map(wordToHex).join(''))).toEqual(blocks.map((block) => block.words.join('')))
  })

  // What only exams show (angles from powers, unrounded keys and values) is in the evidence of all: vector-strength.
  const inPasses = ['ANGLES_APART', 'KEYS_EXACT', 'VALUES_EXACT']
  it.each(MISTAKES.filter(({ name }) => !inPasses.includes(name)))('vectors find: $meaning', async ({ name }) => {
    const answers = await (await passes.compile(name)).call(calls)
    const found = answers.filter((words, index) => words.map(wordToHex).join() !== results[index])
    expect(found.length).toBeGreaterThanOrEqual(3)
  })
})
