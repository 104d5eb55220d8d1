import { type Hash32, hash32, ZERO_HASH } from '../branded.ts'
import { concatBytes, equalBytes } from '../bytes.ts'
import { bytesToHex } from '../hex.ts'
import { encodeRlp } from '../rlp.ts'
import { orderedTrieRoot } from '../trie-root.ts'
import { choiceField, flagField } from '../wire/choice-fields.ts'
import type { Field } from '../wire/field.ts'
import { itemsOf, listField } from '../wire/list-field.ts'
import { bytesField, hashField, numberField } from '../wire/scalar-fields.ts'
import { structField } from '../wire/struct-field.ts'
import { abiBytes, WORD_BYTES, wordOf } from './abi-words.ts'
import { INFERENCE_KINDS, type InferenceCall, type InferenceKind, MAX_CONTEXT_TOKENS } from './inference-call.ts'
import { tokensToText } from './text-format.ts'

/** What a model said to a call of `generate`. */
export interface GenerateAnswer {
  readonly kind: 'generate'
  /** Of the call. */
  readonly input: Uint8Array
  /** The answer, the token that ended it included. */
  readonly tokens: readonly number[]
  /** Of the generation. Zeros: after these tokens the model gave a number that is not finite, and the call fails. */
  readonly root: Hash32
}

/** What a replay found out about a claimed answer. */
export interface ReplayAnswer {
  readonly kind: 'replay'
  readonly input: Uint8Array
  /** Whether the claimed root is that of the leaves. */
  readonly isRightRoot: boolean
  /** The first token that the model would not have said; their number if it would have said all of them. */
  readonly firstWrong: number
}

/** What a block carries for one call: whoever imports it computes it again, and execution looks it up. */
export type InferenceAnswer = GenerateAnswer | ReplayAnswer

/** More than the gas of any block pays for. */
export const MAX_BLOCK_ANSWERS = 4_096
/** A replay of the longest answer: a word for each token, the prompt, and what stands before them. */
const MAX_INPUT_BYTES = (MAX_CONTEXT_TOKENS + 16) * WORD_BYTES + MAX_CONTEXT_TOKENS
/** Token ids of any vocabulary. */
const MAX_TOKEN = 0xff_ffff
/** Before the text: where it begins, the number of tokens, the root. */
const GENERATE_ANSWER_HEAD = 3 * WORD_BYTES
const NOTHING = new Uint8Array(0)

const inputField = bytesField(MAX_INPUT_BYTES)

/** How the answers of each kind are written, after the number of the kind. */
const FIELDS: { readonly [Kind in InferenceKind]: Field<Extract<InferenceAnswer, { readonly kind: Kind }>> } = {
  generate: structField<GenerateAnswer>({
    kind: choiceField(['generate']),
    input: inputField,
    tokens: listField(numberField(MAX_TOKEN), MAX_CONTEXT_TOKENS),
    root: hashField,
  }),
  replay: structField<ReplayAnswer>({
    kind: choiceField(['replay']),
    input: inputField,
    isRightRoot: flagField,
    firstWrong: numberField(MAX_CONTEXT_TOKENS),
  }),
}

const kindField = choiceField(INFERENCE_KINDS)

/** An answer: RLP `["generate", input, tokens, root]` or `["replay", input, isRightRoot, firstWrong]`. */
export const answerField: Field<InferenceAnswer> = {
  toItem: (answer) => fieldOf(answer.kind).toItem(answer),
  fromItem: (item, path) => {
    const [kind = NOTHING] = itemsOf(item, path)
    return fieldOf(kindField.fromItem(kind, `${path}.kind`)).fromItem(item, path)
  },
  toJson: (answer) => fieldOf(answer.kind).toJson(answer),
  fromJson: (value, path, report) => {
    const kind = kindField.fromJson((value as Partial<InferenceAnswer> | null)?.kind, `${path}.kind`, report)
    return kind && fieldOf(kind).fromJson(value, path, report)
  },
}

function fieldOf(kind: InferenceKind): Field<InferenceAnswer> {
  return FIELDS[kind] as unknown as Field<InferenceAnswer>
}

/** All answers of a block, in the order in which its execution first asks for them. */
export const answersField: Field<readonly InferenceAnswer[]> = listField(answerField, MAX_BLOCK_ANSWERS)

/** How many bytes an answer takes in a body. */
export function encodedBytesOf(answer: InferenceAnswer): number {
  return encodeRlp(answerField.toItem(answer)).length
}

/** What a header's `answersRoot` must be. */
export function answersRoot(answers: readonly InferenceAnswer[]): Hash32 {
  return orderedTrieRoot(answers.map((answer) => encodeRlp(answerField.toItem(answer))))
}

/** A name for a call: calls of one kind with equal bytes have one answer. */
export function callName({ kind, input }: Pick<InferenceCall, 'kind' | 'input'>): string {
  return `${kind} ${bytesToHex(hash32(input))}`
}

/** Whether the model gave a number that is not finite after the answer's tokens. */
export function isFailure({ root }: Pick<GenerateAnswer, 'root'>): boolean {
  return equalBytes(root, ZERO_HASH)
}

/** What the contract gets: what Solidity's `abi.decode` reads. Undefined: the call fails. */
export function returnDataOf(call: InferenceCall, answer: InferenceAnswer): Uint8Array | undefined {
  if (answer.kind === 'replay') return concatBytes(wordOf(answer.isRightRoot ? 1 : 0), wordOf(answer.firstWrong))
  const { tokens, root } = answer
  if (isFailure(answer)) return undefined
  return concatBytes(wordOf(GENERATE_ANSWER_HEAD), wordOf(tokens.length), root, abiBytes(textOf(call, tokens)))
}

/** The text of an answer: the token that ended it is none. */
export function textOf({ model }: Pick<InferenceCall, 'model'>, tokens: readonly number[]): Uint8Array {
  const isEnded = model.stopTokens.includes(tokens.at(-1) ?? -1)
  return tokensToText(isEnded ? tokens.slice(0, -1) : tokens)
}
