import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createFrameReader } from '../../../src/program/program-frames.ts'

/** A frame as the program writes it. */
export interface RawFrame {
  readonly kind: number
  readonly words: Uint32Array
}

/** How the program ended. */
export interface ProgramEnd {
  readonly code: number | null
  readonly stderr: string
}

/** The native program, spoken to in bytes. */
export interface RawProgram {
  readonly child: ChildProcessWithoutNullStreams
  send(kind: number, ...words: readonly number[]): void
  /** The next frame that it writes. */
  next(): Promise<RawFrame>
  /** Its end, which the caller has brought about. */
  ended(): Promise<ProgramEnd>
}

export function startRawProgram(file: string): RawProgram {
  const child = spawn(file, [], { env: {}, stdio: 'pipe' })
  const frames: RawFrame[] = []
  let wake = (): void => undefined
  const read = createFrameReader((kind, payload) => {
    frames.push({ kind, words: new Uint32Array(Uint8Array.from(payload).buffer) })
    wake()
  })
  child.stdout.on('data', read)
  // It may be gone before it has read all.
  child.stdin.on('error', () => undefined)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const closed = once(child, 'close')
  return {
    child,
    send: (kind, ...words) => void child.stdin.write(frameOf(kind, ...words)),
    next: async () => {
      for (;;) {
        const frame = frames.shift()
        if (frame !== undefined) return frame
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    ended: async () => {
      const [code] = (await closed) as [number | null]
      return { code, stderr }
    },
  }
}

/** A frame, well-formed whatever its words say. */
export function frameOf(kind: number, ...words: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.of(4 * words.length, kind, ...words).buffer)
}

/** The words of a frame that loads a model. */
export function loadWords(
  modelPath: string,
  { context = 255, variant = '' }: { readonly context?: number; readonly variant?: string } = {},
): readonly number[] {
  const texts = [variant, modelPath].map((text) => Buffer.from(text))
  const padded = texts.map((bytes) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]))
  const words = padded.flatMap((bytes) => [...new Uint32Array(Uint8Array.from(bytes).buffer)])
  return [context, ...texts.map(({ length }) => length), ...words]
}
