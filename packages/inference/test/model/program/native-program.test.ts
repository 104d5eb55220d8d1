import { once } from 'node:events'
import { join } from 'node:path'
import { findNativeProgram } from '@poai/inference'
import { hasProgramForTests, prepareProgramCache, seededExamRequests } from '@poai/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../../src/build/run-program.ts'
import { bitsToFloat } from '../../../src/engine/float-bits.ts'
import { encodeSlice, type GenerationSlice } from '../../../src/engine/slice-codec.ts'
import { encodeBatch } from '../../../src/engine/worker-protocol.ts'
import { createTestModel } from '../test-model.ts'
import { frameOf, loadWords, type RawProgram, startRawProgram } from './raw-program.ts'

const LOAD = 1
const EVALUATE = 2
const SEARCH = 3
const CANCEL = 4
const FEED = 5
const GENERATE = 6
const READY = 1
const FAILED = 2
const RESULT = 3
const SEARCHED = 5
const LOGITS = 6

const isPossible = hasProgramForTests(['cc', 'gcc', 'clang'], 'apt-get install gcc')
const model = await createTestModel()
let file = ''

beforeAll(async () => {
  if (isPossible) file = (await findNativeProgram(await prepareProgramCache()))?.file ?? ''
})
afterAll(async () => await model.remove())

async function startLoaded(): Promise<RawProgram> {
  const program = startRawProgram(file)
  program.send(LOAD, ...loadWords(model.options.modelPath))
  expect((await program.next()).kind).toBe(READY)
  return program
}

/** A search that finds nothing for as long as it is let. */
function searchWords({ tokens = 160, answerTokens = 12, salt = 8, probes = 5 } = {}): readonly number[] {
  return [9, tokens, answerTokens, salt, probes, ...new Array(24).fill(0), 0, 0, 0, 1]
}

describe.skipIf(!isPossible)('the native program', () => {
  it('names what this processor can run', async () => {
    const { code, stdout } = await runProgram(file, ['--variants'])
    expect(code).toBe(0)
    expect(stdout.trim().split('\n').length).toBeGreaterThan(0)
    expect((await runProgram(file, ['--nonsense'])).stderr).toContain('usage')
  })

  it('ends with its input, whatever it does', async () => {
    const idle = startRawProgram(file)
    idle.child.stdin.end()
    expect(await idle.ended()).toEqual({ code: 0, stderr: '' })
    const searching = await startLoaded()
    searching.send(SEARCH, ...searchWords())
    searching.child.stdin.end()
    expect(await searching.ended()).toEqual({ code: 0, stderr: '' })
  })

  it('leaves it to its parent to end it', async () => {
    const program = await startLoaded()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) program.child.kill(signal)
    const [request] = seededExamRequests('signals', 1)
    program.send(EVALUATE, 1, ...encodeBatch(request === undefined ? [] : [request]))
    expect((await program.next()).kind).toBe(RESULT)
    program.child.kill('SIGKILL')
    expect(await program.ended()).toMatchObject({ code: null })
  })

  it('ends when nobody reads it', async () => {
    const program = await startLoaded()
    program.child.stdout.destroy()
    program.send(SEARCH, ...searchWords())
    await once(program.child, 'exit')
  })

  it('says why it cannot load a model, and goes on', async () => {
    const program = startRawProgram(file)
    for (const path of [join(model.folder, 'none.gguf'), model.folder, file]) {
      program.send(LOAD, ...loadWords(path))
      expect(await program.next(), path).toMatchObject({ kind: FAILED })
    }
    program.send(LOAD, ...loadWords(model.options.modelPath, { variant: 'no such one' }))
    expect((await program.next()).kind).toBe(FAILED)
    program.send(LOAD, ...loadWords(model.options.modelPath))
    expect((await program.next()).kind).toBe(READY)
    program.child.stdin.end()
    expect((await program.ended()).code).toBe(0)
  })

  it('feeds token by token what it evaluates at once', async () => {
    const program = await startLoaded()
    const [request] = seededExamRequests('feed', 1)
    if (request === undefined) throw new Error('there is a request')
    program.send(EVALUATE, 1, ...encodeBatch([{ ...request, probes: new Uint32Array() }]))
    const answers = (await program.next()).words.subarray(1)
    const last = request.positions.at(-1) ?? 0
    let logits = new Float32Array()
    for (const [at, count] of [[0, 5] as const, ...Array.from({ length: last - 5 }, (_, i) => [i + 5, 1] as const)]) {
      program.send(FEED, 2, at, count, ...request.tokens.subarray(at, at + count))
      const frame = await program.next()
      expect(frame.kind).toBe(LOGITS)
      logits = new Float32Array(frame.words.slice(1).buffer)
    }
    expect(logits[request.tokens[last] ?? 0]).toBe(bitsToFloat(answers.at(-4) ?? 0))
    expect(Math.max(...logits)).toBe(bitsToFloat(answers.at(-3) ?? 0))
    program.child.stdin.end()
  })

  it('takes a cancel of what has ended already', async () => {
    const program = await startLoaded()
    program.send(CANCEL, 9)
    program.send(SEARCH, ...searchWords())
    program.send(CANCEL, 8)
    program.send(CANCEL, 9)
    let frame = await program.next()
    while (frame.kind !== SEARCHED) frame = await program.next()
    expect(frame.words.at(-1)).toBe(1)
    program.child.stdin.end()
    expect((await program.ended()).code).toBe(0)
  })
})

const [EXAM] = seededExamRequests('hostile', 1)
const GOOD = { tokens: Uint32Array.of(1, 7, 2), positions: Uint32Array.of(2), probes: Uint32Array.of(9) }
const BATCH = encodeBatch([GOOD])
const SAMPLED = encodeBatch([{ ...GOOD, sampling: { temperature: 1, seed: new Uint8Array(32) } }])
const SLICE: GenerationSlice = {
  prompt: Uint32Array.of(1, 7),
  output: [],
  maxTokens: 3,
  sampling: { temperature: 0, seed: new Uint8Array(32) },
  stopTokens: [2],
}

function sliceFrame(changes: Partial<GenerationSlice>, ...more: readonly number[]): Uint8Array {
  return frameOf(GENERATE, 1, 1, 0, ...encodeSlice({ ...SLICE, ...changes }), ...more)
}

describe.skipIf(!isPossible)('a frame', () => {
  it.each<[name: string, bytes: Uint8Array, text: string]>([
    ['longer than any', new Uint8Array(Uint32Array.of(2 ** 24 + 4, EVALUATE).buffer), 'a frame of 16777220 bytes'],
    ['of half a word', new Uint8Array(Uint32Array.of(6, EVALUATE, 0, 0).buffer), 'a frame of 6 bytes'],
    ['of no kind', frameOf(0), 'kind 0'],
    ['of another kind', frameOf(7, 1), 'kind 7'],
    ['that loads a second model', frameOf(LOAD, ...loadWords('/model')), 'a second model'],
    ['without a batch', frameOf(EVALUATE, 1), 'a batch of 1 words'],
    ['of too many requests', frameOf(EVALUATE, 1, 1025), 'a batch'],
    ['of a request that ends early', frameOf(EVALUATE, 1, 1, 3, 1), 'within a request'],
    ['of a request longer than its batch', frameOf(EVALUATE, 1, 1, 3, 1, 1, 0, 1, 7, 2), 'longer than its batch'],
    ['of lengths that overflow', frameOf(EVALUATE, 1, 1, 0xffffffff, 0xffffffff, 2, 0, 0), 'longer than its batch'],
    ['of two samplings', frameOf(EVALUATE, 1, 1, 3, 1, 1, 2, 1, 7, 2, 2, 9), '2 samplings'],
    ['of half a sampling', frameOf(EVALUATE, 1, ...SAMPLED.subarray(0, -1)), 'longer than its batch'],
    ['that is too hot', frameOf(EVALUATE, 1, ...SAMPLED.with(-9, 100_001)), 'a temperature of 100001'],
    ['of a generation that ends early', frameOf(GENERATE, 1, 1, 0, 1, 1), 'a generate frame of 5 words'],
    ['of a longer generation', sliceFrame({}, 0), 'of another length'],
    ['of a generation without a number', frameOf(GENERATE, 1, 0, 0, ...encodeSlice(SLICE)), 'without a number'],
    ['of no prompt', sliceFrame({ prompt: new Uint32Array() }), 'a prompt of 0 of 0 tokens'],
    ['of a prompt longer than the context', sliceFrame({ prompt: new Uint32Array(256) }), 'a prompt of 256'],
    ['of no token to generate', sliceFrame({ maxTokens: 0 }), '0 tokens after 2 of 2'],
    ['of a generation that has ended', sliceFrame({ output: [7, 8, 9] }), '3 tokens after 2 of 5'],
    ['of more than the context holds', sliceFrame({ maxTokens: 255 }), '255 tokens after 2 of 2'],
    ['of a foreign prompt', sliceFrame({ prompt: Uint32Array.of(1, 259) }), 'token 259 of'],
    ['of a foreign stop token', sliceFrame({ stopTokens: [259] }), 'stop token 259 of'],
    ['of 17 stop tokens', sliceFrame({ stopTokens: new Array(17).fill(2) }), '17 stop tokens'],
    [
      'of a generation that is too hot',
      sliceFrame({ sampling: { ...SLICE.sampling, temperature: 100_001 } }),
      'a temperature of 100001',
    ],
    ['with something behind the batch', frameOf(EVALUATE, 1, ...BATCH, 0), 'behind it'],
    [
      'of an unknown token',
      frameOf(EVALUATE, 1, ...encodeBatch([{ ...GOOD, tokens: Uint32Array.of(1, 259, 2) }])),
      'token 259',
    ],
    ['of one token', frameOf(EVALUATE, 1, ...encodeBatch([{ ...GOOD, tokens: Uint32Array.of(1) }])), '1 tokens'],
    [
      'of more tokens than fit',
      frameOf(EVALUATE, 1, ...encodeBatch([{ ...GOOD, tokens: new Uint32Array(257) }])),
      '257 tokens',
    ],
    [
      'without positions',
      frameOf(EVALUATE, 1, ...encodeBatch([{ ...GOOD, positions: new Uint32Array() }])),
      'without positions',
    ],
    [
      'of position zero',
      frameOf(EVALUATE, 1, ...encodeBatch([{ ...GOOD, positions: Uint32Array.of(0) }])),
      'position 0',
    ],
    [
      'of a position after the end',
      frameOf(EVALUATE, 1, ...encodeBatch([{ ...GOOD, positions: Uint32Array.of(3) }])),
      'position 3',
    ],
    [
      'of an unknown probe',
      frameOf(EVALUATE, 1, ...encodeBatch([{ ...GOOD, probes: Uint32Array.of(259) }])),
      'probe 259',
    ],
    [
      'of too many probes',
      frameOf(EVALUATE, 1, ...encodeBatch([{ ...GOOD, probes: new Uint32Array(65) }])),
      '65 probes',
    ],
    ['of half a search', frameOf(SEARCH, 1, 2, 3), 'a search frame'],
    ['of exams without answers', frameOf(SEARCH, ...searchWords({ answerTokens: 0 })), 'answer tokens'],
    ['of exams longer than the context', frameOf(SEARCH, ...searchWords({ tokens: 300 })), '300 tokens'],
    ['of exams of any length', frameOf(SEARCH, ...searchWords({ tokens: 0xffffffff })), 'exam tokens'],
    ['of exams of many probes', frameOf(SEARCH, ...searchWords({ probes: 17 })), 'probes'],
    ['of a cancel without a number', frameOf(CANCEL), 'a cancel frame'],
    ['that feeds nothing', frameOf(FEED, 1, 0, 0), 'a feed of 0'],
    ['that feeds less than it says', frameOf(FEED, 1, 0, 3, 1), 'a feed of 3 tokens in 4 words'],
    ['that feeds behind what was fed', frameOf(FEED, 1, 1, 1, 1), 'at 1'],
    ['that feeds more than fits', frameOf(FEED, 1, 0, 256, ...new Array(256).fill(1)), 'a feed of 256'],
    ['that feeds an unknown token', frameOf(FEED, 1, 0, 1, 300), 'token 300'],
  ])('%s ends the program, which says why', async (_name, bytes, text) => {
    const program = await startLoaded()
    program.child.stdin.write(bytes)
    const { code, stderr } = await program.ended()
    expect(code).toBe(1)
    expect(stderr).toContain(text)
  })

  it.each<[name: string, bytes: Uint8Array, text: string]>([
    [
      'before the model',
      frameOf(EVALUATE, 1, ...encodeBatch(EXAM === undefined ? [] : [EXAM])),
      'before there is a model',
    ],
    ['that loads nothing', frameOf(LOAD, 1), 'a load frame'],
    ['with a text longer than itself', frameOf(LOAD, 255, 0, 8, 1), 'longer than its frame'],
    ['with a text longer than any', frameOf(LOAD, 255, 0xffffffff, 0, 1), 'a text of'],
    ['with a zero in a text', frameOf(LOAD, 255, 0, 4, 0x00410041), 'a zero'],
  ])('%s ends a program without a model', async (_name, bytes, text) => {
    const program = startRawProgram(file)
    program.child.stdin.write(bytes)
    const { code, stderr } = await program.ended()
    expect(code).toBe(1)
    expect(stderr).toContain(text)
  })

  it('that breaks off ends the program', async () => {
    const program = await startLoaded()
    program.child.stdin.end(frameOf(EVALUATE, 1, ...BATCH).subarray(0, 13))
    expect(await program.ended()).toEqual({ code: 1, stderr: 'the input ended within a frame\n' })
  })

  it('of a second search ends the program', async () => {
    const program = await startLoaded()
    program.send(SEARCH, ...searchWords())
    program.send(SEARCH, ...searchWords())
    expect((await program.ended()).stderr).toContain('a second search')
  })
})
