import { decodeInferenceCall, encodedBytesOf, type InferenceCall } from '@poai/core'
import { expect, test } from 'vitest'
import { AnswerError, recordAnswers } from '../../../src/index.ts'
import { answerTo, generateInput, INFERENCE, ScriptedModels } from '../../support/scripted-models.ts'

const [one, two] = ['one', 'two'].map(
  (prompt) => decodeInferenceCall(INFERENCE, 'generate', generateInput(prompt)) as InferenceCall,
) as [InferenceCall, InferenceCall]

test('a record asks once for each call, and keeps the answers in the order of their first use', async () => {
  const models = new ScriptedModels()
  const record = recordAnswers(models)
  for (const call of [two, one, two, one]) expect(await record.answer(call)).toEqual(answerTo(call))
  expect(models.asked).toEqual([two, one])
  expect(record.answers).toEqual([answerTo(two), answerTo(one)])
  expect(record.bytes).toBe(encodedBytesOf(answerTo(one)) + encodedBytesOf(answerTo(two)))
})

test('what was undone comes at its next use, and is not asked again', async () => {
  const models = new ScriptedModels()
  const record = recordAnswers(models)
  await record.answer(two)
  await record.answer(one)
  record.undo(0)
  expect([record.answers, record.bytes]).toEqual([[], 0])
  await record.answer(one)
  record.undo(1)
  expect(record.answers).toEqual([answerTo(one)])
  await record.answer(two)
  expect(record.answers).toEqual([answerTo(one), answerTo(two)])
  expect(models.asked).toEqual([two, one])
})

test('a record without a source answers nothing', async () => {
  await expect(recordAnswers(undefined).answer(one)).rejects.toBeInstanceOf(AnswerError)
})
