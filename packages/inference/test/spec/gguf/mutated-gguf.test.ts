import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CursorExhausted } from '../../../src/gguf/byte-cursor.ts'
import { parseGguf, readGguf } from '../../../src/gguf/read-gguf.ts'
import { createWordStream } from '../../../src/gguf/seeded-words.ts'
import { SMALL_SYNTHETIC_LLAMA, writeSyntheticLlama } from '../../../src/gguf/synthetic-llama.ts'
import { ModelError } from '../../../src/models/model-error.ts'

const MUTATIONS = 20_000
const MUTATIONS_ON_DISK = 300

/** All of them together may keep this much more memory than before: one wrong count would ask for far more. */
const MEMORY_BYTES = 256 * 1024 * 1024

/** Numbers at which counts and sizes go wrong. */
const EDGES = [
  0n,
  1n,
  2n ** 7n,
  2n ** 8n,
  2n ** 16n,
  2n ** 22n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
]

/**
 * The same damage for the same number: one to three of a flipped bit, a random byte, an edge number, a cut, a repeated
 * stretch.
 */
function mutate(original: Buffer, headerBytes: number, seed: number): Buffer {
  const fill = createWordStream(seed, 1)
  const word = new Uint32Array(1)
  const below = (bound: number): number => {
    fill(word)
    return (word[0] ?? 0) % bound
  }
  let bytes = Buffer.from(original)
  for (let rounds = 1 + below(3); rounds > 0; rounds--) {
    const at = below(Math.min(headerBytes, bytes.length - 8))
    switch (below(6)) {
      case 0:
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << below(8)), at)
        break
      case 1:
        bytes.writeUInt8(below(256), at)
        break
      case 2:
        bytes.writeBigUInt64LE(EDGES[below(EDGES.length)] ?? 0n, at)
        break
      case 3:
        bytes.writeUInt32LE(Number((EDGES[below(EDGES.length)] ?? 0n) & 0xffffffffn), at)
        break
      case 4:
        bytes = Buffer.from(bytes.subarray(0, 16 + below(bytes.length - 16)))
        break
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(below(at + 1), at), bytes.subarray(at)])
    }
  }
  return bytes
}

describe('a damaged GGUF file', () => {
  let directory: string
  let original: Buffer
  let headerBytes: number

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'poai-mutations-'))
    const path = join(directory, 'original.gguf')
    await writeSyntheticLlama(path, {
      ...SMALL_SYNTHETIC_LLAMA,
      layers: 1,
      width: 32,
      heads: 2,
      kvHeads: 1,
      feedForward: 32,
    })
    original = await readFile(path)
    headerBytes = (await readGguf(path)).dataOffset
  })

  afterAll(async () => {
    await rm(directory, { recursive: true })
  })

  it(`gives a value or a typed error, ${MUTATIONS} times, in bounded memory`, () => {
    const before = process.memoryUsage.rss()
    const outcomes = new Map<string, number>()
    for (let seed = 0; seed < MUTATIONS; seed++) {
      const bytes = mutate(original, headerBytes, seed)
      const outcome = outcomeOf(seed, () => parseGguf(bytes, bytes.length))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      const grown = process.memoryUsage.rss() - before
      if (grown > MEMORY_BYTES) expect.fail(`mutation ${seed}: ${grown} bytes more memory`)
    }
    for (const code of [
      'a value',
      'MODEL_HOSTILE',
      'MODEL_TRUNCATED',
      'MODEL_UNSUPPORTED',
      'MODEL_NOT_GGUF',
      'exhausted',
    ]) {
      expect(outcomes.get(code), code).toBeGreaterThan(10)
    }
  })

  it('gives a typed error from disk too', async () => {
    const path = join(directory, 'mutated.gguf')
    for (let seed = 0; seed < MUTATIONS_ON_DISK; seed++) {
      await writeFile(path, mutate(original, headerBytes, seed))
      await readGguf(path).catch((error: unknown) => {
        if (!(error instanceof ModelError)) expect.fail(`mutation ${seed}: ${String(error)}`)
      })
    }
  })
})

function outcomeOf(seed: number, parse: () => unknown): string {
  try {
    parse()
    return 'a value'
  } catch (error) {
    if (error instanceof ModelError) return error.code
    if (error instanceof CursorExhausted) return 'exhausted'
    return expect.fail(`mutation ${seed}: ${String(error)}`)
  }
}
