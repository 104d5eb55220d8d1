import {
  answeredCall,
  encodeTask,
  generationTree,
  nextHead,
  replayAnswer,
  requestOfAnswer,
  taskHash,
  taskOf,
  tokenLeafHashes,
} from '@poai/consensus'
import {
  answerField,
  answersRoot,
  bytesToHex,
  encodeRlp,
  type GenerateCall,
  gasOfAnswer,
  gasToAsk,
  type Hex,
  hash32,
  type InferenceAnswer,
  type InferenceCall,
  invariant,
  returnDataOf,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import { generateCall, replayCall, ScriptedTalker, TALKING_MODEL } from '../support/scripted-talker.ts'

/** A call, what it costs, and the answer that a block carries for it. */
export interface CallVector {
  readonly kind: string
  readonly input: Hex
  readonly prompt: Hex
  readonly temperature: number
  readonly seed: Hex
  readonly gasToAsk: string
  readonly gasPaid: string
  /** `[answer, maximum, totalWeight, argMax, drawn]` in hexadecimal for each token: a model without weights says it. */
  readonly words: readonly string[]
  /** RLP. */
  readonly answer: Hex
  /** What the contract gets; null where the call fails. */
  readonly returned: Hex | null
}

/** A generation, from its task to its root. */
export interface GenerationVector {
  readonly task: Hex
  readonly taskHash: Hex
  readonly tokens: readonly number[]
  readonly leafHashes: readonly Hex[]
  readonly root: Hex
  /** From zeros on. */
  readonly heads: readonly Hex[]
}

export interface InferenceVectors {
  /** The rules: one callable model. */
  readonly model: Readonly<Record<string, unknown>>
  readonly generations: readonly GenerationVector[]
  readonly calls: readonly CallVector[]
  /** Of all answers above, in order. */
  readonly answersRoot: Hex
}

const talker = new ScriptedTalker()

function word(value: number): string {
  return value.toString(16).padStart(8, '0')
}

function vectorOf(call: InferenceCall, answer: InferenceAnswer): CallVector {
  const { words } = talker.evaluateOne(requestOfAnswer(answeredCall(call, answer)))
  const returned = returnDataOf(call, answer)
  return {
    ...{ kind: call.kind, input: bytesToHex(call.input), prompt: bytesToHex(call.prompt) },
    ...{ temperature: call.temperature, seed: bytesToHex(call.seed) },
    gasToAsk: String(gasToAsk(call)),
    gasPaid: String(gasOfAnswer(call, answer.kind === 'generate' ? answer.tokens.length : 0)),
    words: Array.from({ length: words.length / 5 }, (_, index) =>
      Array.from(words.subarray(5 * index, 5 * index + 5), word).join(' '),
    ),
    answer: bytesToHex(encodeRlp(answerField.toItem(answer))),
    returned: returned === undefined ? null : bytesToHex(returned),
  }
}

function generationOf(call: GenerateCall): GenerationVector {
  const task = taskOf(call)
  const { tokens } = talker.answerTo(call)
  const { words } = talker.draw(call)
  const leaves = tokenLeafHashes(task, tokens, { words })
  let head = ZERO_HASH
  const heads = leaves.map((leaf) => {
    head = nextHead(head, leaf)
    return bytesToHex(head)
  })
  return {
    ...{ task: bytesToHex(encodeTask(task)), taskHash: bytesToHex(taskHash(task)), tokens },
    leafHashes: leaves.map(bytesToHex),
    root: bytesToHex(generationTree(task, leaves).root),
    heads,
  }
}

/** Calls that end in every way: at the most tokens, by a stop token, with an empty prompt, hot and cold. */
function someCalls(): readonly GenerateCall[] {
  const calls = [
    generateCall({ prompt: new Uint8Array(0), maxTokens: 1 }),
    generateCall({ prompt: utf8ToBytes('Q: 17 + 25?\nA: '), maxTokens: 6 }),
    generateCall({ prompt: Uint8Array.of(0, 255, 10, 13), maxTokens: 20, temperature: 1 }),
    generateCall({ maxTokens: 20, temperature: 700, seed: hash32(utf8ToBytes('one')) }),
    generateCall({ maxTokens: 20, temperature: 100_000, seed: hash32(utf8ToBytes('two')) }),
  ]
  const stopped = Array.from({ length: 100 }, (_, index) =>
    generateCall({ prompt: Uint8Array.of(index, 67), maxTokens: 20 }),
  ).find((call) => talker.answerTo(call).tokens.length < 20)
  invariant(stopped !== undefined, 'a call that a stop token ends')
  return [...calls, stopped]
}

function replaysOf(call: GenerateCall): readonly { readonly call: InferenceCall; readonly answer: InferenceAnswer }[] {
  const { tokens, root } = talker.answerTo(call)
  const { prompt, temperature, seed } = call
  const claims = [
    { output: tokens, root },
    { output: tokens, root: hash32(root) },
    { output: tokens.with(tokens.length - 1, ((tokens.at(-1) ?? 0) + 1) % 259), root },
  ]
  return claims.map((claim) => {
    const judged = replayCall({ prompt, temperature, seed, ...claim })
    const shape: InferenceAnswer = { kind: 'replay', input: judged.input, isRightRoot: true, firstWrong: 0 }
    const evaluation = talker.evaluateOne(requestOfAnswer(answeredCall(judged, shape)))
    return { call: judged, answer: replayAnswer(judged, taskOf(judged), evaluation) }
  })
}

/** All of them, computed. */
export function computeInferenceVectors(): InferenceVectors {
  const calls = someCalls()
  const asked = calls.flatMap((call) => [{ call, answer: talker.answerTo(call) }, ...replaysOf(call)])
  const { name, sha256, domain, vectorsSha256, format, contextTokens, stopTokens, ...gas } = TALKING_MODEL
  return {
    model: {
      ...{ name, sha256: bytesToHex(sha256), domain, vectorsSha256: bytesToHex(vectorsSha256), format },
      ...{ contextTokens, stopTokens },
      ...Object.fromEntries(Object.entries(gas).map(([key, value]) => [key, String(value)])),
    },
    generations: calls.map(generationOf),
    calls: asked.map(({ call, answer }) => vectorOf(call, answer)),
    answersRoot: bytesToHex(answersRoot(asked.map(({ answer }) => answer))),
  }
}
