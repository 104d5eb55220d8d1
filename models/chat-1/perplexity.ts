/**
 * Measures how well the model predicts the answers of dialogues that it was not trained on.
 * Usage: node --conditions=source perplexity.ts [--dialogues 400] [--model FILE] [--label TEXT]
 *
 * `train` draws fresh dialogues as in training; `entities` tells of things that no training story was about; `wordings`
 * asks in words that no training dialogue used. A byte counts as right if it is the arg max. Nats are natural units: e
 * to their power is the perplexity of a byte.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bitsToFloat, createPortableEngine, type EvaluationRequest, type InferenceEngine } from '@poai/inference'
import { CONTEXT_TOKENS } from './answer-to.ts'
import { TOPICS, type Topic } from './text/dialogue.ts'
import type { Split } from './text/draw.ts'
import { drawDialogue } from './text/draw-dialogue.ts'
import { type EncodedDialogue, encodeDialogue } from './text/encode-dialogue.ts'

interface Tally {
  nats: number
  right: number
  bytes: number
}

/** Dialogues that are evaluated in one call. */
const CALL = 8

function toRequest({ tokens, predicted }: EncodedDialogue): EvaluationRequest {
  return { tokens: Uint32Array.from(tokens), positions: Uint32Array.from(predicted), probes: new Uint32Array(0) }
}

/** The topic of each predicted token. */
function topicsOf({ spans }: EncodedDialogue): readonly Topic[] {
  return spans.flatMap(([topic, count]) => Array.from({ length: count }, () => TOPICS[topic] as Topic))
}

async function measure(engine: InferenceEngine, dialogues: readonly EncodedDialogue[]): Promise<Map<Topic, Tally>> {
  const tallies = new Map(TOPICS.map((topic): [Topic, Tally] => [topic, { nats: 0, right: 0, bytes: 0 }]))
  for (let at = 0; at < dialogues.length; at += CALL) {
    const some = dialogues.slice(at, at + CALL)
    const evaluations = await engine.evaluate(some.map(toRequest))
    for (const [index, dialogue] of some.entries()) {
      const topics = topicsOf(dialogue)
      for (const [place, { answer, maximum, totalWeight, argMax }] of (evaluations[index]?.positions ?? []).entries()) {
        const tally = tallies.get(topics[place] as Topic)
        if (tally === undefined) continue
        tally.bytes++
        tally.nats += Math.log(bitsToFloat(totalWeight)) + bitsToFloat(maximum) - bitsToFloat(answer)
        if (argMax === dialogue.tokens[dialogue.predicted[place] as number]) tally.right++
      }
    }
  }
  return tallies
}

function sumUp(tallies: Iterable<Tally>): Tally {
  const sum: Tally = { nats: 0, right: 0, bytes: 0 }
  for (const { nats, right, bytes } of tallies) {
    sum.nats += nats
    sum.right += right
    sum.bytes += bytes
  }
  return sum
}

function cellsOf({ nats, right, bytes }: Tally): string {
  if (bytes === 0) return ' - | - |'
  return ` ${(nats / bytes).toFixed(3)} | ${((100 * right) / bytes).toFixed(1)} % |`
}

const { values } = parseArgs({
  options: {
    dialogues: { type: 'string', default: '400' },
    model: { type: 'string', default: join(import.meta.dirname, 'chat-1.Q8_0.gguf') },
    label: { type: 'string', default: 'poai/chat-1/measure' },
  },
})
const cacheDirectory = await mkdtemp(join(tmpdir(), 'poai-perplexity-'))
const engine = createPortableEngine({
  modelPath: values.model,
  cacheDirectory,
  contextSize: CONTEXT_TOKENS,
  workers: 1,
  program: 'wasm',
})
await engine.start()
const SPLITS: readonly Split[] = ['train', 'entities', 'wordings']
const found: Map<Topic, Tally>[] = []
for (const split of SPLITS) {
  const dialogues = Array.from({ length: Number(values.dialogues) }, (_, index) =>
    encodeDialogue(drawDialogue(`${values.label}/${split}/${index}`, split)),
  )
  found.push(await measure(engine, dialogues))
}
await engine.stop()
await rm(cacheDirectory, { recursive: true })
process.stdout.write(`| topic |${SPLITS.map((split) => ` ${split}, nats a byte | right |`).join('')}\n`)
process.stdout.write(`| --- |${SPLITS.map(() => ' --- | --- |').join('')}\n`)
for (const topic of TOPICS) {
  const rows = found.map((tallies) => cellsOf(tallies.get(topic) ?? sumUp([])))
  process.stdout.write(`| ${topic} |${rows.join('')}\n`)
}
const totals = found.map((tallies) => sumUp(tallies.values()))
process.stdout.write(`| **all** |${totals.map(cellsOf).join('')}\n`)
process.stdout.write(`${totals.map(({ bytes }, at) => `${bytes} bytes in ${SPLITS[at]}`).join(', ')}\n`)
