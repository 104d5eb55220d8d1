/**
 * Measures how well the model answers one question alone, as contracts ask it, with different texts before the
 * question. An exam has 43 characters of salt there, and other quizzes.
 * Usage: node --conditions=source prompt-accuracy.ts [--quizzes 1000] [--model FILE] [--label TEXT] [--workers 1]
 *
 * A quiz counts as right if the arg max is right at every token of its answer, line end included.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createByteVocabulary, QUIZ_FAMILIES_1, type Quiz, RandomStream } from '@poai/consensus'
import { BEGIN_TOKEN, keccak256, utf8ToBytes } from '@poai/core'
import { createPortableEngine, type EvaluationRequest, type InferenceEngine } from '@poai/inference'

const SALT = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-'
/** What stands before the question, by the name that the table gives it. */
const PREAMBLES: Readonly<Record<string, string>> = {
  nothing: '',
  'a line end': '\n',
  '4 characters': `${SALT.slice(0, 4)}\n`,
  '12 characters': `${SALT.slice(0, 12)}\n`,
  '43 characters': `${SALT.slice(0, 43)}\n`,
  '43 of one kind': `${'0'.repeat(43)}\n`,
  'a solved quiz': 'Q: 2 + 2?\nA: 4\n',
}
/** Questions that are evaluated in one call. */
const CALL = 256

const vocabulary = createByteVocabulary()

/** The pass over a question and its answer. */
function toRequest(preamble: string, { question, answer }: Quiz): EvaluationRequest {
  const prompt = [BEGIN_TOKEN, ...vocabulary.encode(`${preamble}Q: ${question}\nA: `)]
  const tokens = Uint32Array.from([...prompt, ...vocabulary.encode(`${answer}\n`)])
  const positions = Uint32Array.from({ length: tokens.length - prompt.length }, (_, index) => prompt.length + index)
  return { tokens, positions, probes: new Uint32Array(0) }
}

async function countRight(engine: InferenceEngine, requests: readonly EvaluationRequest[]): Promise<number> {
  let right = 0
  for (let at = 0; at < requests.length; at += CALL) {
    const asked = requests.slice(at, at + CALL)
    const evaluations = await engine.evaluate(asked)
    right += asked.filter(({ tokens, positions }, index) =>
      evaluations[index]?.positions.every(({ argMax }, place) => argMax === tokens[positions[place] as number]),
    ).length
  }
  return right
}

const { values } = parseArgs({
  options: {
    quizzes: { type: 'string', default: '1000' },
    model: { type: 'string', default: join(import.meta.dirname, 'quiz-1.Q8_0.gguf') },
    label: { type: 'string', default: 'poai/quiz-1/accuracy' },
    workers: { type: 'string', default: '1' },
  },
})
const quizzes = Number(values.quizzes)
if (!Number.isInteger(quizzes) || quizzes < 1) {
  process.stderr.write(`--quizzes: expected a whole number above 0, got ${values.quizzes}\n`)
  process.exit(2)
}
const cacheDirectory = await mkdtemp(join(tmpdir(), 'poai-prompts-'))
const engine = createPortableEngine({ modelPath: values.model, cacheDirectory, workers: Number(values.workers) })
await engine.start()
try {
  const percent = (right: number, of: number): string => `${((100 * right) / of).toFixed(1)} %`
  const names = Object.keys(PREAMBLES)
  const sums = new Map(names.map((name) => [name, 0]))
  process.stdout.write(`| family | ${names.join(' | ')} |\n|${' --- |'.repeat(names.length + 1)}\n`)
  for (const family of QUIZ_FAMILIES_1) {
    const stream = Array.from({ length: quizzes }, (_, index) => `${values.label}/${family.name}/${index}`)
    const drawn = stream.map((label) => family.draw(new RandomStream(keccak256(utf8ToBytes(label)))))
    const cells: string[] = []
    for (const [name, preamble] of Object.entries(PREAMBLES)) {
      const right = await countRight(
        engine,
        drawn.map((quiz) => toRequest(preamble, quiz)),
      )
      sums.set(name, (sums.get(name) ?? 0) + right)
      cells.push(percent(right, quizzes))
    }
    process.stdout.write(`| ${family.name} | ${cells.join(' | ')} |\n`)
  }
  const means = names.map((name) => `**${percent(sums.get(name) ?? 0, quizzes * QUIZ_FAMILIES_1.length)}**`)
  process.stdout.write(`| **mean of families** | ${means.join(' | ')} |\n`)
} finally {
  await engine.stop()
  await rm(cacheDirectory, { recursive: true, force: true })
}
