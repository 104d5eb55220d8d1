import { RpcError, toQuantity } from '@poai/api'
import { bytesToHex, type JsonValue } from '@poai/core'
import type { TraceHooks, TraceStep } from '@poai/execution'
import { longHex } from '../format/long-hex.ts'
import type { Tracer, TracerPlace } from './tracer.ts'

/** Which parts of each step are wanted. */
export interface StructOptions {
  readonly withStack: boolean
  readonly withMemory: boolean
}

/** Characters of all steps together: nobody reads more, and no client accepts a longer answer. */
const MAX_CHARACTERS = 20 * 1024 * 1024
/** What a step takes without stack and memory. */
const STEP_CHARACTERS = 120
const WORD_BYTES = 32

/** Every instruction, as geth's default tracer shows them. */
export function createStructTracer(
  { withStack, withMemory }: StructOptions,
  { grow }: Pick<TracerPlace, 'grow'>,
): Tracer {
  const steps: JsonValue[] = []
  let characters = 0
  const onStep = (step: TraceStep): void => {
    const stack = withStack ? step.stack.map(toQuantity) : undefined
    const memory = withMemory ? wordsOf(step.memory) : undefined
    const more = STEP_CHARACTERS + 20 * (stack?.length ?? 0) + 68 * (memory?.length ?? 0)
    characters += more
    grow(more)
    if (characters > MAX_CHARACTERS) {
      throw new RpcError('limitExceeded', 'the trace is too long: leave out stack and memory, or use the callTracer')
    }
    steps.push({
      pc: step.programCounter,
      op: step.opcodeName,
      gas: Number(step.gasLeft),
      gasCost: Number(step.gasCost),
      depth: step.depth + 1,
      ...(step.refund > 0n ? { refund: Number(step.refund) } : {}),
      ...(stack === undefined ? {} : { stack }),
      ...(memory === undefined ? {} : { memory }),
    })
  }
  const hooks: TraceHooks = { onStep }
  return {
    hooks,
    result: ({ outcome }) => ({
      gas: Number(outcome.gasUsed),
      failed: !outcome.succeeded,
      returnValue: longHex(outcome.returnData),
      structLogs: steps,
    }),
  }
}

function wordsOf(memory: Uint8Array): readonly JsonValue[] {
  const words: JsonValue[] = []
  for (let at = 0; at < memory.length; at += WORD_BYTES) words.push(bytesToHex(memory.subarray(at, at + WORD_BYTES)))
  return words
}
