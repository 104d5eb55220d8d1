import {
  checkVectors,
  createFakeEngine,
  type DomainVectors,
  type EvaluateWords,
  findMachineDomain,
  fingerprintOf,
  recordVectors,
  requireMachineDomain,
  wordsOfEngine,
} from '@poai/inference'
import { seededExamRequests } from '@poai/testing'
import { describe, expect, it } from 'vitest'

const REQUESTS = seededExamRequests('check-vectors', 70)
const IDENTITY = { domain: 'one', modelSha256: '00'.repeat(32), contextSize: 255, maxSequences: 1 }

/** Machines of two domains: fake engines of different seeds. */
async function createMachine(seed: number): Promise<EvaluateWords> {
  const engine = createFakeEngine({ seed })
  await engine.start()
  return wordsOfEngine(engine)
}

const one = await createMachine(1)
const two = await createMachine(2)
const vectors = await recordVectors(one, IDENTITY, REQUESTS)
const known = [{ domain: 'two', sha256: fingerprintOf(await two(REQUESTS)) }]

/** Machine one with one wrong bit in one exam. */
function withWrongBit(exam: number, word: number): EvaluateWords {
  return async (requests) => {
    const words = await one(requests)
    const at = requests.findIndex(({ tokens }) => tokens === REQUESTS[exam]?.tokens)
    return words.map((own, index) => (index === at ? own.with(word, (own[word] ?? 0) ^ 1) : own))
  }
}

describe('checkVectors', () => {
  it('passes the machine they were recorded on, all or some', async () => {
    await checkVectors(one, vectors)
    await checkVectors(one, vectors, { sample: 8 })
  })

  it('finds one wrong bit anywhere and says where', async () => {
    const place = 8 * 3 + 2
    await expect(checkVectors(withWrongBit(69, place), vectors)).rejects.toMatchObject({
      code: 'INFERENCE_DOMAIN_MISMATCH',
      expected: expect.stringMatching(/^exam 69, position \d+, total weight: 0x[0-9a-f]{8}$/),
      actual: expect.stringMatching(/^0x[0-9a-f]{8}$/),
    })
  })

  it('takes its sample from the whole file', async () => {
    const seen: number[] = []
    const spy: EvaluateWords = async (requests) => {
      seen.push(...requests.map(({ tokens }) => REQUESTS.findIndex((request) => request.tokens === tokens)))
      return await one(requests)
    }
    await checkVectors(spy, vectors, { sample: 7 })
    expect(seen).toEqual([0, 10, 20, 30, 40, 50, 60])
  })

  it('does not pass answers that are missing', async () => {
    await expect(checkVectors(async () => [], vectors)).rejects.toMatchObject({ code: 'INFERENCE_DOMAIN_MISMATCH' })
  })
})

describe('exams chosen beside the vectors', () => {
  const { exams } = vectors
  const split: DomainVectors = { ...vectors, exams: exams.slice(0, 64), chosen: exams.slice(64) }

  it('are checked as the others are, but for samples', async () => {
    await checkVectors(one, split)
    await requireMachineDomain(one, split, known)
    const wrong = withWrongBit(65, 0)
    await expect(checkVectors(wrong, split)).rejects.toMatchObject({ expected: expect.stringMatching(/^exam 65,/) })
    await checkVectors(wrong, split, { sample: 64 })
  })

  it('keep a machine out that computes all others', async () => {
    const wrong = withWrongBit(65, 0)
    expect(await findMachineDomain(wrong, split, known)).toBe('one')
    await expect(requireMachineDomain(wrong, split, known)).rejects.toMatchObject({
      code: 'INFERENCE_DOMAIN_MISMATCH',
      expected: expect.stringMatching(/^exam 1,/),
    })
  })
})

describe('recordVectors', () => {
  it('refuses a machine that disagrees with itself', async () => {
    let calls = 0
    const unstable: EvaluateWords = async (requests) => await (++calls === 1 ? one : two)(requests)
    await expect(recordVectors(unstable, IDENTITY, REQUESTS)).rejects.toMatchObject({
      code: 'INFERENCE_DOMAIN_MISMATCH',
      hint: expect.stringContaining('unstable'),
    })
  })
})

describe('findMachineDomain', () => {
  it('knows the vectors’ domain and the fingerprinted ones', async () => {
    expect(await findMachineDomain(one, vectors, known)).toBe('one')
    expect(await findMachineDomain(two, vectors, known)).toBe('two')
    expect(await findMachineDomain(await createMachine(3), vectors, known)).toBeUndefined()
  })
})

describe('requireMachineDomain', () => {
  it('says what this machine has, what the network wants and what to do', async () => {
    await requireMachineDomain(one, vectors, known)
    await expect(requireMachineDomain(two, vectors, known)).rejects.toMatchObject({
      code: 'INFERENCE_DOMAIN_MISMATCH',
      expected: 'one',
      actual: 'two',
      hint: expect.stringContaining('join a network whose domain is two'),
    })
    await expect(requireMachineDomain(withWrongBit(0, 0), vectors, known)).rejects.toMatchObject({
      actual: 'a domain that no release has recorded',
    })
  })
})

it('vectors know nothing but their exams and identity', () => {
  const expected: DomainVectors = { ...IDENTITY, exams: vectors.exams }
  expect(vectors).toEqual(expected)
})
