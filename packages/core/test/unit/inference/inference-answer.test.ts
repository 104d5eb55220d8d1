import { describe, expect, test } from 'vitest'
import {
  answerField,
  answersRoot,
  callName,
  decodeInferenceCall,
  decodeRlp,
  EMPTY_TRIE_ROOT,
  encodeGenerate,
  encodeRlp,
  type Fault,
  type GenerateAnswer,
  type InferenceCall,
  type ReplayAnswer,
  returnDataOf,
  toHash32,
  utf8ToBytes,
  ZERO_HASH,
} from '../../../src/index.ts'
import { AbiReader } from '../../../src/inference/abi-words.ts'
import { CALLABLE } from '../../support/callable-model.ts'
import { codeOf } from '../../support/code-of.ts'

const input = encodeGenerate({
  ...{ model: CALLABLE.sha256, prompt: utf8ToBytes('17 + 25?'), maxTokens: 8, temperature: 0, seed: ZERO_HASH },
})
const call = decodeInferenceCall({ models: [CALLABLE] }, 'generate', input) as InferenceCall
const root = toHash32(new Uint8Array(32).fill(9))
const said: GenerateAnswer = { kind: 'generate', input, tokens: [55, 53, 13], root }
const judged: ReplayAnswer = { kind: 'replay', input, isRightRoot: true, firstWrong: 3 }

describe('an answer', () => {
  test.each([said, judged, { ...judged, isRightRoot: false, firstWrong: 0 }])('is written and read: %#', (answer) => {
    expect(answerField.fromItem(decodeRlp(encodeRlp(answerField.toItem(answer))), 'answer')).toEqual(answer)
    const faults: Fault[] = []
    const json = JSON.parse(JSON.stringify(answerField.toJson(answer)))
    expect(answerField.fromJson(json, 'answer', (fault) => faults.push(fault))).toEqual(answer)
    expect(faults).toEqual([])
  })

  test('of another kind, or with the members of the other one, is refused', () => {
    const [, ...members] = answerField.toItem(said) as Uint8Array[]
    const [, ...others] = answerField.toItem(judged) as Uint8Array[]
    expect(codeOf(() => answerField.fromItem([utf8ToBytes('guess'), ...members], 'a'))).toBe('FIELD_RANGE')
    expect(codeOf(() => answerField.fromItem([utf8ToBytes('replay'), ...members], 'a'))).toBe('FIELD_KIND')
    expect(codeOf(() => answerField.fromItem([utf8ToBytes('generate'), ...others], 'a'))).toBe('FIELD_KIND')
    expect(codeOf(() => answerField.fromItem([], 'a'))).toBe('FIELD_RANGE')
    expect(codeOf(() => answerField.fromItem(utf8ToBytes('x'), 'a'))).toBe('FIELD_KIND')
  })

  test('stands in the root at its place', () => {
    expect(answersRoot([])).toEqual(EMPTY_TRIE_ROOT)
    expect(answersRoot([said, judged])).not.toEqual(answersRoot([judged, said]))
    expect(answersRoot([said])).not.toEqual(answersRoot([{ ...said, tokens: [55, 53] }]))
  })

  test('is found by the kind and the bytes of its call', () => {
    expect(callName(said)).toBe(callName(call))
    expect(callName(judged)).not.toBe(callName(call))
    expect(callName({ kind: 'generate', input: input.with(40, 1) })).not.toBe(callName(call))
  })

  test('is returned as text, number of tokens and root, without the token that ended it', () => {
    const data = returnDataOf(call, said) as Uint8Array
    const reader = new AbiReader(data)
    reader.expect(96)
    expect(reader.number(100)).toBe(3)
    expect(reader.word()).toEqual(root)
    expect(reader.bytes(100)).toEqual(utf8ToBytes('42'))
    expect(reader.isWhole).toBe(true)
  })

  test('keeps a last token that does not end it, and leaves out specials', () => {
    const data = returnDataOf(call, { ...said, tokens: [13, 0, 55, 53] }) as Uint8Array
    expect(data.subarray(128, 131)).toEqual(utf8ToBytes('\n42').subarray(0, 3))
  })

  test('of a model that gave no finite number is a failed call', () => {
    expect(returnDataOf(call, { ...said, root: ZERO_HASH })).toBeUndefined()
  })

  test('of a replay is returned as two words', () => {
    expect(returnDataOf(call, judged)).toEqual(Uint8Array.from([...Array(31).fill(0), 1, ...Array(31).fill(0), 3]))
  })
})
