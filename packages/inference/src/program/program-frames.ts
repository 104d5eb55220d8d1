import type { SearchProgress } from '../engine/attempt-search.ts'
import { decodeSeal, encodeJob, SEAL_BYTES } from '../engine/search-codec.ts'
import type { FromWorker, SearchEnding, SliceRest, ToWorker } from '../engine/worker-protocol.ts'

/*
 * Frames between the node and the native program, drawn in `native/engine/worker.c`: bytes of the payload u32, kind
 * u32, payload. All numbers are little-endian, as those of every processor that Node runs on today; typed arrays are
 * sent as they lie in memory.
 *
 * Example, cancel of search 7:  04 00 00 00  04 00 00 00  07 00 00 00
 */

/** Bytes of the payload, and kind. */
const HEAD_BYTES = 8

/** Larger than any answer of a batch (the program's own bound); nothing longer is a frame. */
const MAX_PAYLOAD_BYTES = 2 ** 28 + 4

const TO_PROGRAM = { load: 1, batch: 2, search: 3, cancel: 4, generate: 6 } as const
const FROM_PROGRAM = { ready: 1, failed: 2, result: 3, progress: 4, searched: 5, drawn: 7, rested: 8 } as const

const RESTS: readonly SliceRest[] = ['interrupted', 'ended', 'not-finite']

/** Nonces end before 2^64, which does not fit into 64 bits: the very last nonce is left out. */
const LAST_END = 2n ** 64n - 1n

/** `variant`: the instruction set to load the model for; the fastest one if it is absent. */
export function encodeFrame(message: ToWorker, variant = ''): Uint8Array {
  switch (message.kind) {
    case 'load':
      return encodeLoad(message.options, variant)
    case 'batch':
      return frame(TO_PROGRAM.batch, [wordsOf(message.id), bytesOf(message.words)])
    case 'search': {
      const { id, job, span } = message
      const nonces = BigUint64Array.of(span.first, span.end < LAST_END ? span.end : LAST_END)
      return frame(TO_PROGRAM.search, [wordsOf(id), encodeJob(job), bytesOf(nonces)])
    }
    case 'generate': {
      const { id, generation, milliseconds, words } = message
      return frame(TO_PROGRAM.generate, [wordsOf(id, generation, milliseconds), bytesOf(words)])
    }
    case 'cancel':
      return frame(TO_PROGRAM.cancel, [wordsOf(message.id)])
  }
}

function encodeLoad(
  { modelPath, contextSize }: Extract<ToWorker, { kind: 'load' }>['options'],
  variant: string,
): Uint8Array {
  const texts = [variant, modelPath].map((text) => new TextEncoder().encode(text))
  const lengths = texts.map(({ length }) => length)
  return frame(TO_PROGRAM.load, [wordsOf(contextSize, ...lengths), ...texts.map(padded)])
}

/** What the program said in a frame. Throws if it is not a frame of the protocol. */
export function decodeFrame(kind: number, payload: Uint8Array): FromWorker {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const word = (index: number): number => view.getUint32(4 * index, true)
  switch (kind) {
    case FROM_PROGRAM.ready: {
      const systemInfo = `native program, ${textOf(payload.subarray(8))}`
      return { kind: 'ready', model: { vocabularySize: word(0), contextSize: word(1), systemInfo } }
    }
    case FROM_PROGRAM.failed:
      return { kind: 'load-failed', failure: { code: 'INFERENCE_START_FAILED', message: textOf(payload) } }
    case FROM_PROGRAM.result:
      return { kind: 'result', id: word(0), words: copyWords(payload.subarray(4)) }
    case FROM_PROGRAM.progress:
      return { kind: 'progress', id: word(0), progress: decodeProgress(payload.subarray(4)) }
    case FROM_PROGRAM.searched:
      return { kind: 'searched', id: word(0), ending: decodeEnding(payload.subarray(4)) }
    case FROM_PROGRAM.drawn:
      return { kind: 'drawn', id: word(0), words: copyWords(payload.subarray(4)) }
    case FROM_PROGRAM.rested: {
      const rest = RESTS[word(1)]
      if (rest === undefined) throw new RangeError(`a generation that rests for reason ${word(1)}`)
      return { kind: 'rested', id: word(0), rest }
    }
    default:
      throw new RangeError(`a frame of kind ${kind}`)
  }
}

function decodeProgress(payload: Uint8Array): SearchProgress {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const hasBest = view.getUint32(8, true) !== 0
  return {
    attempts: view.getUint32(0, true),
    voids: view.getUint32(4, true),
    best: hasBest ? decodeSeal(payload.subarray(12)) : undefined,
  }
}

function decodeEnding(payload: Uint8Array): SearchEnding {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const hasSolution = view.getUint32(8, true) !== 0
  return {
    next: view.getBigUint64(0, true),
    solution: hasSolution ? decodeSeal(payload.subarray(12)) : undefined,
    wasCancelled: view.getUint32(12 + SEAL_BYTES, true) !== 0,
  }
}

/** Reassembles the program's output: calls back for each frame. Throws on a length that no frame has. */
export function createFrameReader(onFrame: (kind: number, payload: Uint8Array) => void): (chunk: Uint8Array) => void {
  let chunks: Uint8Array[] = []
  let have = 0
  let need = HEAD_BYTES
  return (chunk) => {
    chunks.push(chunk)
    have += chunk.length
    while (have >= need) {
      const joined = Buffer.concat(chunks)
      chunks = [joined]
      const length = joined.readUInt32LE(0)
      if (length > MAX_PAYLOAD_BYTES || length % 4 !== 0) throw new RangeError(`a frame of ${length} bytes`)
      need = HEAD_BYTES + length
      if (have < need) return
      chunks = [joined.subarray(need)]
      have -= need
      const payload = joined.subarray(HEAD_BYTES, need)
      need = HEAD_BYTES
      onFrame(joined.readUInt32LE(4), payload)
    }
  }
}

function frame(kind: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([wordsOf(length, kind), ...parts])
}

function wordsOf(...numbers: readonly number[]): Uint8Array {
  return bytesOf(Uint32Array.from(numbers))
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Aligned, whatever the payload is. */
function copyWords(payload: Uint8Array): Uint32Array {
  return new Uint32Array(Uint8Array.from(payload).buffer)
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  whole.set(bytes)
  return whole
}

/** Up to the zeros that pad it. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0+$/, '')
}
