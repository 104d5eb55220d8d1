import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import {
  answerField,
  bytesToHex,
  type Codec,
  createBlockCodecs,
  decodeInferenceCall,
  decodeRlp,
  encodeGenerate,
  encodeReplay,
  encodeRlp,
  equalBytes,
  headerCodec,
  INFERENCE_KINDS,
  MAX_BODY_BYTES,
  NetworkParamsError,
  networkParamsToJson,
  parseNetworkParams,
  RuleError,
  receiptCodec,
  rlpCodec,
} from '../../src/index.ts'
import {
  answers,
  blocks,
  bodies,
  CALLED_MODEL,
  callInputs,
  headers,
  networks,
  receipts,
  rlpItems,
  transactionCodec,
  transactions,
} from '../support/arbitraries.ts'
import { mutate } from './mutate.ts'
import { createRandom } from './random.ts'

/** A decoder under attack, and valid inputs to start from. */
interface Target {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  /** Decodes and encodes again. Throws a typed error on bad input. */
  readonly recode: (bytes: Uint8Array) => Uint8Array
  /** False where several inputs mean the same (JSON text). */
  readonly canonical: boolean
}

/** What one decoder did with its share of the run. */
export interface FuzzRow {
  readonly decoder: string
  readonly inputs: number
  readonly accepted: number
  readonly refused: number
  readonly codes: number
}

export interface FuzzReport {
  readonly rows: readonly FuzzRow[]
  readonly growthBytes: number
}

/** More than this left behind, or held at any look, is a leak or an unbounded decoder. */
export const MAX_GROWTH_BYTES: number = 64 * 1024 * 1024

const SAMPLES = 40

function codecTarget<T>(name: string, codec: Codec<T>, values: fc.Arbitrary<T>, seed: number): Target {
  return {
    name,
    samples: fc.sample(values, { numRuns: SAMPLES, seed }).map((value) => codec.encode(value)),
    recode: (bytes) => codec.encode(codec.decode(bytes)),
    canonical: true,
  }
}

const jsonText = (bytes: Uint8Array): Uint8Array => new TextEncoder().encode(String.fromCharCode(...bytes))

function paramsTarget(seed: number): Target {
  const read = (bytes: Uint8Array): unknown => {
    try {
      return JSON.parse(new TextDecoder().decode(bytes))
    } catch {
      return undefined // not JSON: the reader of the file says so, the parser of parameters sees nothing
    }
  }
  return {
    name: 'network parameters',
    samples: fc
      .sample(networks, { numRuns: SAMPLES, seed })
      .map((params) => new TextEncoder().encode(JSON.stringify(networkParamsToJson(params)))),
    recode: (bytes) =>
      new TextEncoder().encode(JSON.stringify(networkParamsToJson(parseNetworkParams(read(jsonText(bytes)))))),
    canonical: false,
  }
}

/** What contracts send to models: one encoding of each call, or none. */
function callTarget(seed: number): Target {
  const inference = { models: [CALLED_MODEL] }
  return {
    name: 'call of a model',
    samples: fc.sample(callInputs, { numRuns: SAMPLES, seed }),
    recode: (bytes) => {
      const [call] = INFERENCE_KINDS.flatMap((kind) => decodeInferenceCall(inference, kind, bytes) ?? [])
      if (call === undefined) throw new RuleError('FIELD_RANGE', 'no call')
      const model = CALLED_MODEL.sha256
      return call.kind === 'generate' ? encodeGenerate({ ...call, model }) : encodeReplay({ ...call, model })
    },
    canonical: true,
  }
}

function targets(seed: number): readonly Target[] {
  const { body, block } = createBlockCodecs(transactionCodec)
  return [
    codecTarget('RLP', { maxBytes: 4096, encode: encodeRlp, decode: decodeRlp }, rlpItems, seed),
    codecTarget('header', headerCodec, headers, seed),
    codecTarget('receipt', receiptCodec, receipts, seed),
    codecTarget('transaction', transactionCodec, transactions, seed),
    codecTarget('answer', rlpCodec('answer', answerField, MAX_BODY_BYTES), answers, seed),
    callTarget(seed),
    codecTarget('body', body, bodies, seed),
    codecTarget('block', block, blocks, seed),
    paramsTarget(seed),
  ]
}

function codeOfTypedError(error: unknown): string | undefined {
  return error instanceof RuleError || error instanceof NetworkParamsError ? error.code : undefined
}

// Growth is what stays after a collection: without one it is whatever the collector has not got to yet.
setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

function memoryInUse(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/**
 * Feeds `runs` mutants to the decoders in turn. Throws, with the seed and the input, on the first that breaks the
 * contract.
 */
export function fuzzDecoders(runs: number, seed: number): FuzzReport {
  const random = createRandom(seed)
  const all = targets(seed)
  const counts = all.map(() => ({ inputs: 0, accepted: 0, codes: new Set<string>() }))
  const pick = ({ samples }: Target): Uint8Array => samples[random.below(samples.length)] as Uint8Array
  const before = memoryInUse()
  let growthBytes = 0
  for (let run = 0; run < runs; run++) {
    const index = run % all.length
    const target = all[index] as Target
    const count = counts[index] as (typeof counts)[number]
    const input = mutate(pick(target), pick(all[random.below(all.length)] as Target), random)
    count.inputs++
    try {
      const again = target.recode(input)
      count.accepted++
      if (target.canonical && !equalBytes(again, input)) throw new Error('accepted an encoding that is not canonical')
    } catch (error) {
      const code = codeOfTypedError(error)
      if (code === undefined)
        throw new Error(`${target.name}, seed ${seed}, input ${run}: ${bytesToHex(input)}`, { cause: error })
      count.codes.add(code)
    }
    if (run % 20_000 === 19_999) {
      growthBytes = Math.max(growthBytes, memoryInUse() - before)
    }
  }
  if (growthBytes > MAX_GROWTH_BYTES)
    throw new Error(`memory grew by ${growthBytes} bytes, at most ${MAX_GROWTH_BYTES} are allowed`)
  const rows = counts.map(({ inputs, accepted, codes }, index) => ({
    decoder: (all[index] as Target).name,
    inputs,
    accepted,
    refused: inputs - accepted,
    codes: codes.size,
  }))
  return { rows, growthBytes }
}
