import {
  bytesToHex,
  byteToToken,
  type CallableModel,
  hash32,
  type InferenceCall,
  toHash32,
  uintToBytes,
  utf8ToBytes,
} from '@poai/core'
import type { AnswerSource } from '@poai/execution'

const LINE_FEED = 0x0a

/** A model that contracts may call, with round prices, whose answers end at a line end. */
export const SCRIPTED_MODEL: CallableModel = {
  name: 'scripted',
  sha256: hash32(utf8ToBytes('poai/test/scripted-model')),
  domain: 'portable-1',
  vectorsSha256: toHash32(new Uint8Array(32)),
  format: 'bytes-1',
  contextTokens: 256,
  stopTokens: [2, byteToToken(LINE_FEED)],
  baseGas: 20_000n,
  promptTokenGas: 100n,
  outputTokenGas: 1_000n,
}

/** A source of answers that a test has written. */
export interface ScriptedModel extends AnswerSource {
  /** The prompts that it was asked, in order. */
  readonly asked: readonly string[]
}

/** Answers what `say` says to the prompt, as a model would that is certain of it. */
export function scriptedModel(say: (prompt: string) => string): ScriptedModel {
  const asked: string[] = []
  const tokensOf = (call: InferenceCall, most: number): readonly number[] => {
    const prompt = new TextDecoder().decode(call.prompt)
    asked.push(prompt)
    return Array.from(utf8ToBytes(`${say(prompt)}\n`), byteToToken).slice(0, most)
  }
  return {
    asked,
    answer(call) {
      const { kind, input } = call
      if (kind === 'generate') {
        const tokens = tokensOf(call, call.maxTokens)
        return { kind, input, tokens, root: rootOf(tokens) }
      }
      const claimed = [...call.output]
      const tokens = tokensOf(call, claimed.length)
      const wrong = claimed.findIndex((token, index) => token !== tokens[index])
      const isRightRoot = bytesToHex(call.root) === bytesToHex(rootOf(claimed))
      return { kind, input, isRightRoot, firstWrong: wrong === -1 ? claimed.length : wrong }
    },
  }
}

/** Stands for the root of the leaves of an answer. */
export function rootOf(tokens: readonly number[]): ReturnType<typeof hash32> {
  return hash32(...tokens.map((token) => uintToBytes(BigInt(token), 4)))
}
