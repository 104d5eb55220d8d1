import { decodeInferenceCall, encodeGenerate, type InferenceAnswer, type InferenceCall, ZERO_HASH } from '@poai/core'
import { AnswerError } from '@poai/execution'
import { SCRIPTED_MODEL, scriptedModel } from '@poai/testing/chain'
import { expect, test } from 'vitest'
import { answersInTime } from '../../../src/template/answers-in-time.ts'

const said = { model: SCRIPTED_MODEL.sha256, prompt: Uint8Array.of(63), maxTokens: 4, temperature: 0, seed: ZERO_HASH }
const call = decodeInferenceCall({ models: [SCRIPTED_MODEL] }, 'generate', encodeGenerate(said)) as InferenceCall

test('answers until the time is used up, and no longer', async () => {
  const model = scriptedModel(() => 'yes')
  let nowMs = 0
  const source = {
    answer: (asked: InferenceCall): InferenceAnswer | Promise<InferenceAnswer> => {
      nowMs += 40
      return model.answer(asked)
    },
  }
  const inTime = answersInTime(source, { signal: undefined, maxMs: 100, nowMs: () => nowMs })
  for (const waitedMs of [40, 80, 120]) {
    await inTime.answer(call)
    expect(inTime.waitedMs).toBe(waitedMs)
  }
  const refusal = await Promise.resolve(inTime.answer(call)).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(AnswerError)
  expect(refusal).toMatchObject({ expected: 'at most 100 ms', actual: '120 ms' })
  expect(model.asked).toHaveLength(3)
})

test('counts the time of what failed, and passes on the signal', async () => {
  let nowMs = 0
  const signal = AbortSignal.abort(new Error('no miner'))
  const source = {
    answer: (_: InferenceCall, given?: AbortSignal): never => {
      nowMs += 100
      given?.throwIfAborted()
      throw new Error('there was no signal')
    },
  }
  const inTime = answersInTime(source, { signal, maxMs: 100, nowMs: () => nowMs })
  await expect(Promise.resolve(inTime.answer(call))).rejects.toThrow('no miner')
  expect(inTime.waitedMs).toBe(100)
  await expect(Promise.resolve(inTime.answer(call))).rejects.toBeInstanceOf(AnswerError)
})
