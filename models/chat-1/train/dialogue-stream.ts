/**
 * Writes dialogues for the trainer to standard output, without end, in the binary form drawn in
 * ../../quiz-1/train/exam-stream.hpp.
 * Usage: node --conditions=source dialogue-stream.ts LABEL [train | entities | wordings]
 * What the trainer says on standard input is for quizzes and not read.
 */
import { once } from 'node:events'
import type { Split } from '../text/draw.ts'
import { drawDialogue } from '../text/draw-dialogue.ts'
import { encodeDialogue } from '../text/encode-dialogue.ts'

const DIALOGUES_PER_WRITE = 8

async function main(label: string, split: Split): Promise<void> {
  process.stdin.resume()
  process.stdout.on('error', () => process.exit(0))
  for (let counter = 0; ; ) {
    const chunks: Uint8Array[] = []
    for (let i = 0; i < DIALOGUES_PER_WRITE; i++) {
      const { tokens, predicted, spans } = encodeDialogue(drawDialogue(`${label}/${counter++}`, split))
      if (spans.length === 0) continue
      const words = Uint16Array.of(
        tokens.length,
        predicted.length,
        spans.length,
        ...tokens,
        ...predicted,
        ...spans.flat(),
      )
      chunks.push(new Uint8Array(words.buffer))
    }
    if (!process.stdout.write(Buffer.concat(chunks))) await once(process.stdout, 'drain')
    else await new Promise(setImmediate)
  }
}

await main(process.argv[2] ?? 'poai/chat-1/train', (process.argv[3] ?? 'train') as Split)
