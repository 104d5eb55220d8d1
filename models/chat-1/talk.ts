/**
 * Talks with the model: each argument is what the user says next, or each line of standard input if there are none.
 * Usage: node --conditions=source talk.ts [--model FILE] [--apart] [TEXT …]
 * With --apart each text begins a dialogue of its own. The answers are the most likely ones (arg max).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createPortableEngine } from '@poai/inference'
import { answerTo, CONTEXT_TOKENS } from './answer-to.ts'
import type { Exchange } from './text/encode-dialogue.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string', default: join(import.meta.dirname, 'chat-1.Q8_0.gguf') },
    apart: { type: 'boolean', default: false },
  },
})
const cacheDirectory = await mkdtemp(join(tmpdir(), 'poai-talk-'))
const engine = createPortableEngine({
  modelPath: values.model,
  cacheDirectory,
  contextSize: CONTEXT_TOKENS,
  workers: 1,
  program: 'wasm',
})
await engine.start()
const said: Exchange[] = []
const users = positionals.length > 0 ? positionals : createInterface({ input: process.stdin })
for await (const user of users) {
  if (values.apart) said.length = 0
  const answer = await answerTo(engine, user, said)
  said.push({ user, answer })
  process.stdout.write(`U: ${user}\nA: ${answer}\n`)
}
await engine.stop()
await rm(cacheDirectory, { recursive: true })
