import { hex } from '../../src/hex.ts'
import { type CallableModel, toHash32 } from '../../src/index.ts'

/** A model that contracts may call, with round prices. */
export const CALLABLE: CallableModel = {
  name: 'quiz-1',
  sha256: toHash32(hex(`0x${'11'.repeat(32)}`)),
  domain: 'portable-1',
  vectorsSha256: toHash32(hex(`0x${'22'.repeat(32)}`)),
  format: 'bytes-1',
  contextTokens: 64,
  stopTokens: [2, 13],
  baseGas: 10_000n,
  promptTokenGas: 100n,
  outputTokenGas: 1_000n,
}
