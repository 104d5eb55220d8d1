import { type Hash32, keccak256, uintToBytes, utf8ToBytes } from '@poai/core'
import type { EvaluationRequest } from '@poai/inference'
import {
  createReferenceAttempts,
  type ExamFormat,
  hasProgramForTests,
  type ReferenceAttempt,
  type ReferenceJob,
} from '@poai/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AttemptDump, compileAttemptDump } from './attempt-dump.ts'
import { type AttemptModule, compileAttemptModule } from './attempt-module.ts'
import { BREACHES, PLAIN_ARG_MAX, plainWords } from './breaches.ts'
import { fakeWords } from './fake-words.ts'
import { lossUnits } from './loss-units.ts'
import { encodeSearchJob, encodeTrial, encodeTried, SEAL_BYTES } from './search-records.ts'
import { createDraw, disturb, drawConsistentWords, drawFinite, drawWeight, orderOf } from './word-cases.ts'

const FORMAT_1: ExamFormat = { tokens: 160, answerTokens: 16, minSaltTokens: 12, probes: 4 }
/** The smallest and the largest that a network may ask for, and odd ones between. */
const SHAPES: readonly ExamFormat[] = [
  { tokens: 32, answerTokens: 4, minSaltTokens: 11, probes: 1 },
  { tokens: 64, answerTokens: 5, minSaltTokens: 11, probes: 0 },
  { tokens: 97, answerTokens: 7, minSaltTokens: 13, probes: 3 },
  { tokens: 1024, answerTokens: 131, minSaltTokens: 30, probes: 9 },
  { tokens: 4096, answerTokens: 256, minSaltTokens: 64, probes: 16 },
]
const HASH_BYTES = 32
/** In the order of transcript.h. */
const TRANSCRIPT_KINDS = ['made', 'not-finite', 'inconsistent'] as const

const isPossible = hasProgramForTests(['cc'], 'apt-get install gcc')
const canLink = hasProgramForTests(['wasm-ld'], 'apt-get install clang lld')
let dump: AttemptDump

beforeAll(async () => {
  if (isPossible) dump = await compileAttemptDump()
})
afterAll(async () => {
  if (isPossible) await dump.remove()
})

function seedsOf(label: string, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => keccak256(utf8ToBytes(`poai/test/${label}/${index}`)))
}

function bytesOf(words: readonly Uint32Array[]): Buffer {
  return Buffer.concat(words.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)))
}

/** Fails with the name of the first record that differs: an assertion on megabytes would print them. */
function expectEqualRecords(actual: Buffer, expected: Buffer, recordBytes: number): void {
  expect(actual.length).toBe(expected.length)
  for (let start = 0; start < expected.length; start += recordBytes) {
    const [ours, rules] = [actual, expected].map((records) => records.subarray(start, start + recordBytes))
    if (ours === undefined || rules === undefined || ours.equals(rules)) continue
    expect({ record: start / recordBytes, hex: ours.toString('hex') }).toEqual({
      record: start / recordBytes,
      hex: rules.toString('hex'),
    })
  }
}

async function compareExams(format: ExamFormat, seeds: readonly Uint8Array[]): Promise<void> {
  const rules = createReferenceAttempts(format)
  const expected = seeds.map((seed) => {
    const { tokens, positions, probes } = rules.buildExam(seed)
    return bytesOf([Uint32Array.of(1), tokens, positions, probes])
  })
  const actual = await dump.run('exams', format, Buffer.concat(seeds))
  expectEqualRecords(actual, Buffer.concat(expected), 4 * (1 + format.tokens + format.answerTokens + format.probes))
}

/** The first exam whose first probe is its first answer, and whose probes leave the arg maxes of the cases alone. */
function plainExam(): EvaluationRequest {
  const { buildExam } = createReferenceAttempts(FORMAT_1)
  for (let index = 0; ; index++) {
    const exam = buildExam(keccak256(utf8ToBytes(`poai/test/plain/${index}`)))
    const [answer = 0] = exam.positions
    if (exam.probes[0] === exam.tokens[answer] && exam.probes.every((probe) => probe > PLAIN_ARG_MAX)) return exam
  }
}

interface Trial {
  readonly job: ReferenceJob
  readonly nonce: bigint
  readonly tried: ReferenceAttempt | { readonly kind: 'stopped' }
}

/** Nonces of all sizes, against targets that the work hash equals, misses by one and meets by one. */
function drawTrials(format: ExamFormat, count: number): readonly Trial[] {
  const rules = createReferenceAttempts(format)
  const hashes = seedsOf(`trials/${format.tokens}`, 3 * count) as Hash32[]
  return Array.from({ length: count }, (_, index) => {
    const [epochKey, sealHash, random] = hashes.slice(3 * index) as [Hash32, Hash32, Hash32]
    const nonce = index === 0 ? 2n ** 64n - 1n : Buffer.from(random).readBigUInt64BE() >> BigInt(index % 64)
    const attempt = (target: bigint): Trial['tried'] => {
      let isStopped = false
      const tried = rules.attempt({ epochKey, sealHash, target }, nonce, (exam) => {
        const words = fakeWords(exam)
        isStopped = words === undefined
        return words ?? plainWords(exam)
      })
      return isStopped ? { kind: 'stopped' } : tried
    }
    const first = attempt(2n ** 256n - 1n)
    const target = 'workHash' in first ? first.workHash + BigInt(index % 3) - 1n : 1n
    return { job: { epochKey, sealHash, target }, nonce, tried: attempt(target) }
  })
}

describe.skipIf(!isPossible)('the attempts of the engine, against the rules', () => {
  it('hash messages of every length around the rate of Keccak', async () => {
    const messages = Array.from({ length: 420 }, (_, length) => Buffer.alloc(length, length))
    const input = messages.flatMap((message) => [bytesOf([Uint32Array.of(message.length)]), message])
    const expected = messages.map((message) => keccak256(message))
    const actual = await dump.run('hashes', FORMAT_1, Buffer.concat(input))
    expectEqualRecords(actual, Buffer.concat(expected), HASH_BYTES)
  })

  it('build the exams of 20,000 seeds', async () => {
    await compareExams(FORMAT_1, seedsOf('attempts', 20_000))
  })

  it.each(SHAPES)('build exams of $tokens tokens with $answerTokens of answers', async (format) => {
    await compareExams(format, seedsOf(`attempts/${format.tokens}`, 300))
  })

  it('say that a shape in which no quiz fits has no exams', async () => {
    const format = { tokens: 13, answerTokens: 2, minSaltTokens: 1, probes: 0 }
    const [seed = new Uint8Array(HASH_BYTES)] = seedsOf('dry', 1)
    expect(() => createReferenceAttempts(format).buildExam(seed)).toThrow('random stream ran out')
    expect((await dump.run('exams', format, seed)).readUInt32LE()).toBe(0)
  })

  it('compute losses to the unit, at every edge of the numbers', async () => {
    const draw = createDraw(1)
    const cases = Array.from({ length: 200_000 }, () => {
      const [a, b] = [drawFinite(draw), draw(3) === 0 ? 0 : drawFinite(draw)]
      const near = Math.min(a + draw(draw(2) === 0 ? 3 : 0x20_0000), a < 0x8000_0000 ? 0x7f7f_ffff : 0xff7f_ffff)
      const other = b === 0 ? near : b
      const [low, high] = orderOf(a) <= orderOf(other) ? [a, other] : [other, a]
      return [low, high, drawWeight(draw)] as const
    })
    const actual = await dump.run('losses', FORMAT_1, bytesOf([Uint32Array.from(cases.flat())]))
    cases.forEach(([answer, maximum, weight], index) => {
      const [ours, rules] = [actual.readBigUInt64LE(8 * index), lossUnits(answer, maximum, weight)]
      if (ours !== rules)
        expect({ answer, maximum, weight, loss: ours }).toEqual({ answer, maximum, weight, loss: rules })
    })
  })

  it.each([FORMAT_1, ...SHAPES])('make transcripts of $answerTokens answers and $probes probes', async (format) => {
    const rules = createReferenceAttempts(format)
    const draw = createDraw(format.tokens)
    const stride = 4 + format.probes
    const counts = { made: 0, 'not-finite': 0, inconsistent: 0 }
    const [input, expected]: [Buffer[], Buffer[]] = [[], []]
    for (const seed of seedsOf(`transcripts/${format.tokens}`, Math.ceil(8_000 / format.answerTokens))) {
      const exam = rules.buildExam(seed)
      const consistent = drawConsistentWords(exam, draw)
      for (const words of [consistent, ...Array.from({ length: 9 }, () => disturb(consistent, stride, draw))]) {
        const transcript = rules.createTranscript(exam, words)
        counts[transcript.kind]++
        input.push(bytesOf([exam.tokens, exam.positions, exam.probes, words]))
        const isMade = transcript.kind === 'made'
        expected.push(
          bytesOf([Uint32Array.of(TRANSCRIPT_KINDS.indexOf(transcript.kind))]),
          Buffer.from(uintToBytes(isMade ? transcript.lossMicroNats : 0n, 8)).reverse(),
          isMade ? Buffer.from(transcript.root) : Buffer.alloc(HASH_BYTES),
        )
      }
    }
    const actual = await dump.run('transcripts', format, Buffer.concat(input))
    expectEqualRecords(actual, Buffer.concat(expected), 12 + HASH_BYTES)
    for (const [kind, count] of Object.entries(counts)) expect(count, kind).toBeGreaterThan(15)
  })

  it('judge words as the rules do at the limit of every property', async () => {
    const rules = createReferenceAttempts(FORMAT_1)
    const exam = plainExam()
    const [token = 0, probe = 0] = exam.probes
    const evaluations = BREACHES.map(({ change }) => {
      const words = plainWords(exam)
      change({ token, probe, set: (word, value) => words.set([value], word) })
      return words
    })
    const input = evaluations.map((words) => bytesOf([exam.tokens, exam.positions, exam.probes, words]))
    const output = await dump.run('transcripts', FORMAT_1, Buffer.concat(input))
    const recordBytes = output.length / BREACHES.length
    BREACHES.forEach(({ name, kind }, index) => {
      expect(rules.createTranscript(exam, evaluations[index] ?? new Uint32Array(0)).kind, name).toBe(kind)
      expect(TRANSCRIPT_KINDS[output.readUInt32LE(index * recordBytes)], name).toBe(kind)
    })
  })

  it.each([FORMAT_1, ...SHAPES])('come to the same seals with exams of $tokens tokens', async (format) => {
    const trials = drawTrials(format, format.tokens < 1_000 ? 1_500 : 300)
    const input = trials.map(({ job, nonce }) => encodeTrial(job, nonce))
    const expected = trials.map(({ nonce, tried }) => encodeTried(nonce, tried))
    const actual = await dump.run('attempts', format, Buffer.concat(input))
    expectEqualRecords(actual, Buffer.concat(expected), 4 + SEAL_BYTES)
    const kinds = new Set(trials.map(({ tried }) => tried.kind))
    expect([...kinds].sort()).toEqual(expect.arrayContaining(['broken', 'missed', 'solved', 'stopped', 'void']))
  })

  it.each([128, 256])('come to the same seals with registers of %d bits at most', async (width) => {
    const [, , , odd = FORMAT_1] = SHAPES
    for (const format of [FORMAT_1, odd]) {
      const trials = drawTrials(format, 200)
      const input = trials.map(({ job, nonce }) => encodeTrial(job, nonce))
      const expected = trials.map(({ nonce, tried }) => encodeTried(nonce, tried))
      const actual = await dump.run('attempts', format, Buffer.concat(input), width)
      expectEqualRecords(actual, Buffer.concat(expected), 4 + SEAL_BYTES)
    }
  })

  it('refuse jobs that are beyond the builder, by one', async () => {
    const [, , , , largest = FORMAT_1] = SHAPES
    const check = async (part: Partial<ExamFormat>, format = FORMAT_1): Promise<string> =>
      (await dump.run('check', { ...format, ...part })).toString()
    for (const format of [FORMAT_1, ...SHAPES]) expect(await check({}, format)).toBe('')
    expect(await check({ tokens: 4097 }, largest)).toContain('exam tokens')
    expect(await check({ answerTokens: 257 }, largest)).toContain('answer tokens')
    expect(await check({ answerTokens: 1 })).toContain('answer tokens')
    expect(await check({ probes: 17 }, largest)).toContain('probes')
    expect(await check({ minSaltTokens: 0 })).toContain('salt tokens')
    const shortest = 2 + 12 + 7 + 16
    expect(await check({ tokens: shortest })).toBe('')
    expect(await check({ tokens: shortest - 1 })).toContain('too few')
  })
})

describe.skipIf(!canLink)('the attempts of the engine as WebAssembly, against the rules', () => {
  let module: AttemptModule

  beforeAll(async () => {
    module = await compileAttemptModule()
  })

  it.each([FORMAT_1, ...SHAPES])('come to the same seals with exams of $tokens tokens', async (format) => {
    const trials = drawTrials(format, 100)
    const actual = trials.map(({ job, nonce }) => module.try(encodeSearchJob(format, job), nonce))
    const expected = trials.map(({ nonce, tried }) => encodeTried(nonce, tried))
    expectEqualRecords(Buffer.concat(actual), Buffer.concat(expected), 4 + SEAL_BYTES)
  })
})
