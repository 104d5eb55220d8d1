import { hash, listSchema, type Method, method, orNull, PreparedJson, required, SCHEMAS, toQuantity } from '@poai/api'
import type { InferenceJson, PricedModelJson } from '@poai/api/client'
import {
  bytesToHex,
  bytesToUint,
  type CallableModel,
  callName,
  decodeInferenceCall,
  defined,
  type GenerateAnswer,
  INFERENCE_ADDRESSES,
  INFERENCE_KINDS,
  type InferenceAnswer,
  type InferenceCall,
  type InferenceKind,
  type InferenceParams,
  rulesAt,
  textOf,
} from '@poai/core'
import { writeList } from '../../dispatch/write-list.ts'
import { longHex } from '../../format/long-hex.ts'
import type { CallFrame } from '../../tracing/frame-collector.ts'
import type { MethodContext } from '../method-context.ts'
import { replayTransaction } from '../trace/replay.ts'

/** Executes the block again, up to the transaction. */
const TRACE_COST = 200

/** What contracts may ask of models, and what they have asked. */
export function inferenceMethods(context: MethodContext): readonly Method[] {
  const { params, chain } = context
  return [
    method({
      name: 'poai_models',
      summary:
        'The models that contracts may call in the next block, what that costs, and whether this node can answer',
      params: [],
      result: listSchema(SCHEMAS.pricedModel),
      run: () => {
        const { inference } = rulesAt(params, chain.head().number + 1n)
        return (inference?.models ?? []).map((model) => showModel(context, model))
      },
    }),
    method({
      name: 'poai_inferences',
      summary: 'What a mined transaction asked of models, call by call, and what these said',
      cost: TRACE_COST,
      params: [required('hash', hash)],
      result: orNull(listSchema(SCHEMAS.inference)),
      run: async ([named], call) => {
        const place = await chain.queries.transaction(named)
        if (place === undefined) return null
        const { inference } = rulesAt(params, place.header.number)
        if (inference === undefined) return []
        const [replay, block] = await Promise.all([
          replayTransaction(context, named, { withState: false, call }),
          chain.queries.block(place.blockHash),
        ])
        if (replay === undefined || block === undefined) return null
        const told = new Map((block.body.answers ?? []).map((answer) => [callName(answer), answer]))
        const write = (asked: AskedFrame): string => JSON.stringify(showInference(asked, inference, told))
        return new PreparedJson(await writeList(askedFrames(replay.told.root), write, call))
      },
    }),
  ]
}

function showModel({ answers, callable }: MethodContext, model: CallableModel): PricedModelJson {
  const { name, sha256, domain, vectorsSha256, format, contextTokens, stopTokens } = model
  const found = callable?.().find((candidate) => candidate.name === name)
  return {
    ...{ name, sha256: bytesToHex(sha256), domain, vectorsSha256: bytesToHex(vectorsSha256), format, contextTokens },
    stopTokens: [...stopTokens],
    baseGas: toQuantity(model.baseGas),
    promptTokenGas: toQuantity(model.promptTokenGas),
    outputTokenGas: toQuantity(model.outputTokenGas),
    canAnswer: answers !== undefined && found?.state === 'ready',
    state: found?.state ?? 'none',
    reason: found?.reason?.message ?? null,
  }
}

/** A frame that called one of the two precompiles. */
interface AskedFrame {
  readonly kind: InferenceKind
  readonly frame: CallFrame
  /** It failed, or one around it. */
  readonly isUndone: boolean
}

/** In the order in which they began. Without recursion: frames are up to a thousand deep. */
function askedFrames(root: CallFrame | undefined): readonly AskedFrame[] {
  const asked: AskedFrame[] = []
  const left = root === undefined ? [] : [{ frame: root, isAroundUndone: false }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { frame } = next
    const isUndone = next.isAroundUndone || frame.end?.failure !== undefined
    const kind = kindOf(frame)
    if (kind !== undefined) asked.push({ kind, frame, isUndone })
    for (const inner of frame.calls.toReversed()) left.push({ frame: inner, isAroundUndone: isUndone })
  }
  return asked
}

function kindOf({ start }: CallFrame): InferenceKind | undefined {
  const { to, runsPrecompile } = start
  if (!runsPrecompile || to === undefined) return undefined
  const address = bytesToUint(to)
  return INFERENCE_KINDS.find((kind) => INFERENCE_ADDRESSES[kind] === address)
}

function showInference(
  { kind, frame, isUndone }: AskedFrame,
  inference: InferenceParams,
  told: ReadonlyMap<string, InferenceAnswer>,
): InferenceJson {
  const { start, end } = frame
  const asked = decodeInferenceCall(inference, kind, start.input)
  const succeeded = end !== undefined && end.failure === undefined
  return {
    ...{ kind, type: start.type, depth: start.depth, from: bytesToHex(start.from) },
    ...{ gas: toQuantity(start.executionGas), gasUsed: toQuantity(end?.executionGasUsed ?? 0n), succeeded, isUndone },
    ...defined({ failure: end?.failure }),
    ...(asked === undefined ? {} : showCall(asked)),
    ...(asked === undefined || !succeeded ? {} : showAnswer(asked, told.get(callName(asked)))),
  }
}

function showCall(call: InferenceCall): Partial<InferenceJson> {
  const { model, prompt, temperature, seed } = call
  return {
    ...{ model: model.name, modelSha256: bytesToHex(model.sha256), temperature, seed: bytesToHex(seed) },
    ...{ prompt: utf8Of(prompt), promptData: longHex(prompt) },
    ...(call.kind === 'generate'
      ? { maxTokens: call.maxTokens }
      : { ...showTokens(call, [...call.output]), root: bytesToHex(call.root) }),
  }
}

function showAnswer(call: InferenceCall, answer: InferenceAnswer | undefined): Partial<InferenceJson> {
  if (answer === undefined) return {}
  if (answer.kind === 'replay') return { isRightRoot: answer.isRightRoot, firstWrong: answer.firstWrong }
  return { ...showTokens(call, answer.tokens), root: bytesToHex(answer.root) }
}

function showTokens(call: InferenceCall, tokens: GenerateAnswer['tokens']): Partial<InferenceJson> {
  const said = textOf(call, tokens)
  return { tokens, text: utf8Of(said), textData: longHex(said) }
}

function utf8Of(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
