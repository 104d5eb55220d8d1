/**
 * Compares the trainer's answers with llama.cpp's, position by position.
 * Usage: build/predict CHECKPOINT 200 'node --conditions=source exam-stream.ts LABEL' | node --conditions=source
 * compare-with-llama.ts FILE [CONTEXT]
 * Ends with status 1 if they agree on fewer than 99.9 % of the positions. CONTEXT is for sequences above 256 tokens.
 */
import { createInterface } from 'node:readline'
import { loadLlamaAnswers } from '../llama-answers.ts'

/** A line of build/predict. */
interface TrainerAnswers {
  readonly tokens: readonly number[]
  readonly positions: readonly number[]
  readonly argMax: readonly number[]
}

const MIN_AGREEMENT = 0.999

async function compare(modelPath: string, contextTokens?: number): Promise<boolean> {
  const model = await loadLlamaAnswers(modelPath, contextTokens)
  let exams = 0
  let positions = 0
  let equal = 0
  for await (const line of createInterface({ input: process.stdin })) {
    const trainer = JSON.parse(line) as TrainerAnswers
    const given = await model.answer(trainer.tokens, trainer.positions)
    exams++
    positions += given.length
    equal += given.filter((token, i) => token === trainer.argMax[i]).length
  }
  await model.close()
  const share = ((100 * equal) / positions).toFixed(2)
  process.stdout.write(`${exams} exams, ${positions} positions, ${equal} with the same arg max (${share} %)\n`)
  return positions > 0 && equal / positions >= MIN_AGREEMENT
}

const [modelPath, context] = process.argv.slice(2)
if (modelPath === undefined) {
  process.stderr.write('usage: compare-with-llama.ts FILE [CONTEXT] < answers of build/predict\n')
  process.exit(2)
}
if (!(await compare(modelPath, context === undefined ? undefined : Number(context)))) process.exitCode = 1
