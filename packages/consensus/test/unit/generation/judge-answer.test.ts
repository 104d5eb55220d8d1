import { answeredCall, judgeAnswer, replayAnswer, requestOfAnswer, taskOf } from '@poai/consensus'
import {
  type GenerateAnswer,
  type GenerateCall,
  hash32,
  type InferenceAnswer,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { generateCall, replayCall, ScriptedTalker } from '../../support/scripted-talker.ts'

const talker = new ScriptedTalker()

/** One after which the model says much. */
const prompt: Uint8Array = Array.from({ length: 200 }, (_, index) => Uint8Array.of(index, 66)).find(
  (text) => talker.answerTo(generateCall({ prompt: text, maxTokens: 20 })).tokens.length === 20,
) as Uint8Array

function verdictOf(call: GenerateCall, answer: InferenceAnswer, model: ScriptedTalker = talker): string {
  const answered = answeredCall(call, answer)
  try {
    judgeAnswer(answered, model.evaluateOne(requestOfAnswer(answered)))
    return 'right'
  } catch (error) {
    return (error as { readonly code: string }).code
  }
}

/** Calls of any prompt, length, temperature and seed. */
const calls = fc
  .record({
    prompt: fc.uint8Array({ maxLength: 40 }),
    maxTokens: fc.integer({ min: 1, max: 20 }),
    temperature: fc.constantFrom(0, 1, 700, 1_000, 99_999),
    seed: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  })
  .map(({ seed, ...rest }) => generateCall({ ...rest, seed: hash32(seed) }))

/** What a replay says about an answer, as somebody claims it. */
function replayed(
  call: GenerateCall,
  claim: Partial<GenerateAnswer> & Partial<Pick<GenerateCall, 'prompt' | 'seed' | 'temperature'>>,
) {
  const { prompt, seed, temperature } = { ...call, ...claim }
  const { tokens, root } = { ...talker.answerTo(call), ...claim }
  const judged = replayCall({ prompt, seed, temperature, output: tokens, root })
  const answered = answeredCall(judged, { kind: 'replay', input: judged.input, isRightRoot: true, firstWrong: 0 })
  const { isRightRoot, firstWrong } = replayAnswer(
    judged,
    taskOf(judged),
    talker.evaluateOne(requestOfAnswer(answered)),
  )
  return { isRightRoot, firstWrong }
}

describe('an answer', () => {
  test('that the model gave is right, whatever was asked', () => {
    fc.assert(
      fc.property(calls, (call) => verdictOf(call, talker.answerTo(call)) === 'right'),
      { numRuns: 500 },
    )
  })

  test('with one token, the root, or the length changed is wrong', () => {
    fc.assert(
      fc.property(calls, fc.nat(), fc.integer({ min: 1, max: 258 }), (call, at, by) => {
        const honest = talker.answerTo(call)
        const { tokens } = honest
        const index = at % tokens.length
        const changed = tokens.with(index, ((tokens[index] ?? 0) + by) % 259)
        const lies: GenerateAnswer[] = [
          { ...honest, tokens: changed },
          { ...honest, tokens: [...tokens, 5] },
          { ...honest, tokens: tokens.slice(0, -1) },
          { ...honest, root: hash32(honest.root) },
          { ...honest, root: ZERO_HASH },
        ]
        for (const lie of lies) {
          if (lie.tokens.length > 0) expect(verdictOf(call, lie)).toBe('ANSWER_MISMATCH')
        }
      }),
      { numRuns: 300 },
    )
  })

  test('of a model that breaks down says so, after the tokens before', () => {
    const broken = new ScriptedTalker()
    broken.breaksAfter = 3
    const call = generateCall({ prompt, maxTokens: 8 })
    const failure = broken.answerTo(call)
    expect(failure.root).toEqual(ZERO_HASH)
    expect(failure.tokens).toHaveLength(3)
    expect(verdictOf(call, failure, broken)).toBe('right')
    expect(verdictOf(call, failure), 'the model did not break down').toBe('ANSWER_MISMATCH')
    expect(verdictOf(call, { ...failure, tokens: failure.tokens.slice(0, 2) }, broken)).toBe('ANSWER_MISMATCH')
    expect(verdictOf(call, talker.answerTo(call), broken), 'as if it had not').toBe('ANSWER_MISMATCH')
  })

  test('is no failure where only a token that nobody draws has an infinite logit', () => {
    const call = generateCall({ prompt, maxTokens: 8 })
    const { tokens } = talker.answerTo(call)
    const lie: GenerateAnswer = { kind: 'generate', input: call.input, tokens: tokens.slice(0, 3), root: ZERO_HASH }
    const answered = answeredCall(call, lie)
    const { words } = talker.evaluateOne(requestOfAnswer(answered))
    const minusInfinity = 0xff80_0000
    // The logit of the token that stands after the three.
    expect(() => judgeAnswer(answered, { words: words.with(3 * 5, minusInfinity) })).toThrow('something else')
    expect(() =>
      judgeAnswer(answered, { words: words.with(3 * 5, minusInfinity).with(3 * 5 + 1, 0x7f80_0000) }),
    ).not.toThrow()
  })

  test('of a replay is right in both members, or wrong', () => {
    const call = generateCall({ temperature: 700 })
    const { tokens, root } = talker.answerTo(call)
    const judged = replayCall({ temperature: 700, output: tokens, root })
    const verdict = (isRightRoot: boolean, firstWrong: number): string =>
      verdictOf(judged as never, { kind: 'replay', input: judged.input, isRightRoot, firstWrong })
    expect(verdict(true, tokens.length)).toBe('right')
    expect(verdict(false, tokens.length)).toBe('ANSWER_MISMATCH')
    expect(verdict(true, tokens.length - 1)).toBe('ANSWER_MISMATCH')
  })
})

describe('a replay', () => {
  test('accepts what was generated, and finds what was changed', () => {
    fc.assert(
      fc.property(calls, fc.nat(), (call, at) => {
        const { tokens, root } = talker.answerTo(call)
        const index = at % tokens.length
        const token = ((tokens[index] ?? 0) + 1) % 259
        expect(replayed(call, {})).toEqual({ isRightRoot: true, firstWrong: tokens.length })
        expect(replayed(call, { tokens: tokens.with(index, token) })).toMatchObject({ firstWrong: index })
        const lies = [
          { prompt: Uint8Array.of(...call.prompt, 1) },
          { seed: hash32(call.seed) },
          { temperature: call.temperature + 1 },
          { root: hash32(root) },
          ...(tokens.length > 1 ? [{ tokens: tokens.slice(0, -1) }] : []),
        ]
        for (const lie of lies) expect(replayed(call, lie).isRightRoot).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('knows that nothing is drawn after a token that ends an answer', () => {
    const ended = Array.from({ length: 200 }, (_, index) =>
      generateCall({ prompt: Uint8Array.of(index), maxTokens: 20 }),
    ).find((call) => talker.answerTo(call).tokens.length < 20) as GenerateCall
    const { tokens } = talker.answerTo(ended)
    expect(replayed(ended, { tokens: [...tokens, 5] }).firstWrong).toBe(tokens.length)
    // Even where the model would go on like this.
    const more = [...tokens]
    for (let count = 0; count < 3; count++) {
      const asked = replayCall({ prompt: ended.prompt, output: [...more, 0], root: ZERO_HASH })
      const answered = answeredCall(asked, { kind: 'replay', input: asked.input, isRightRoot: false, firstWrong: 0 })
      more.push(talker.evaluateOne(requestOfAnswer(answered)).words.at(-1) ?? 0)
    }
    expect(replayed(ended, { tokens: more }).firstWrong).toBe(tokens.length)
  })
})

test('the root stands for the task too', () => {
  const roots = [
    generateCall({}),
    generateCall({ seed: hash32(utf8ToBytes('other')) }),
    generateCall({ prompt: utf8ToBytes('hello ') }),
  ].map((call) => talker.answerTo(call).root.join())
  expect(new Set(roots).size).toBe(roots.length)
})
