import {
  decodeInferenceCall,
  type GenerateAnswer,
  type InferenceAnswer,
  type InferenceCall,
  RuleError,
} from '@poai/core'
import { describe, expect, test } from 'vitest'
import { answersOfBody } from '../../../src/index.ts'
import { codeOf } from '../../support/code-of.ts'
import { answerTo, generateInput, INFERENCE, replayInput } from '../../support/scripted-models.ts'

function calling(kind: InferenceCall['kind'], input: Uint8Array): InferenceCall {
  return decodeInferenceCall(INFERENCE, kind, input) as InferenceCall
}

const first = calling('generate', generateInput('one'))
const second = calling('generate', generateInput('two'))
const third = calling('replay', replayInput('three', [50, 51, 52]))
const calls = [first, second, third]
const answers = calls.map(answerTo)
const [one, two, three] = answers as [GenerateAnswer, GenerateAnswer, InferenceAnswer]

/** Asks a body for the answers to calls, and ends it. */
function ask(body: readonly InferenceAnswer[], asked: readonly InferenceCall[]): readonly InferenceAnswer[] {
  const table = answersOfBody(body)
  const said = asked.map((call) => table.answer(call))
  table.finish()
  return said
}

describe("a body's answers", () => {
  test('are found in their order, and again after that', () => {
    expect(ask(answers, [first, second, first, third, second, third])).toEqual([one, two, one, three, two, three])
    expect(ask([], [])).toEqual([])
  })

  test.each([
    ['one is missing at the end', [one, two], calls],
    ['one is missing at the beginning', [two, three], calls],
    ['all are missing', [], [first]],
    ['two are swapped', [two, one, three], calls],
    ['one is repeated', [one, one, two, three], calls],
    ['one is repeated at the end', [one, two, three, one], calls],
    ['one is too many at the end', answers, [first, second]],
    ['one is too many at the beginning', answers, [second, third]],
    ['nobody asks', [one], []],
    ['the kind is another', [{ ...three, input: one.input }], [first]],
    ['the call is another by one bit', [{ ...one, input: one.input.with(159, 1) }], [first]],
  ] as const)('break a rule where %s', async (_, body, asked) => {
    expect(await codeOf(() => ask(body, asked))).toBe('EXECUTION_ANSWERS')
  })

  test('may be as long as was asked for, and no longer', async () => {
    const longest = { ...one, tokens: [50, 51, 52, 53] }
    expect(ask([longest], [first])).toEqual([longest])
    expect(await codeOf(() => ask([{ ...one, tokens: [50, 51, 52, 53, 54] }], [first]))).toBe('EXECUTION_ANSWERS')
    const all: InferenceAnswer = { ...third, kind: 'replay', isRightRoot: true, firstWrong: 3 }
    expect(ask([all], [third])).toEqual([all])
    expect(await codeOf(() => ask([{ ...all, firstWrong: 4 }], [third]))).toBe('EXECUTION_ANSWERS')
  })

  test('say what was wanted, and what was found', () => {
    const caught = (body: readonly InferenceAnswer[]): unknown => {
      try {
        return ask(body, [first])
      } catch (error) {
        return error
      }
    }
    expect(caught([])).toBeInstanceOf(RuleError)
    expect(caught([])).toMatchObject({ expected: expect.stringMatching(/^generate 0x/), actual: 'no more answers' })
    expect(caught([three])).toMatchObject({ actual: expect.stringMatching(/^replay 0x/) })
    expect(caught([one, two])).toMatchObject({ expected: '1 answers', actual: '2 answers' })
  })
})
