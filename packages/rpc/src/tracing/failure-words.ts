import type { CallFrame } from './frame-collector.ts'

/** Whose words for failures a trace uses. */
export type FailureWords = 'geth' | 'parity'

const OUT_OF_GAS = 'Out of gas'
const BUILT_IN = 'Built-in failed'

/** By the EVM's names: geth's words, then Parity's. */
const WORDS: Readonly<Record<string, readonly [geth: string, parity: string]>> = {
  revert: ['execution reverted', 'Reverted'],
  'out of gas': ['out of gas', OUT_OF_GAS],
  'code store out of gas': ['contract creation code storage out of gas', OUT_OF_GAS],
  'code size to deposit exceeds maximum code size': ['max code size exceeded', OUT_OF_GAS],
  'initcode exceeds max initcode size': ['max initcode size exceeded', OUT_OF_GAS],
  'invalid JUMP': ['invalid jump destination', 'Bad jump destination'],
  'invalid opcode': ['invalid opcode', 'Bad instruction'],
  'stack underflow': ['stack underflow', 'Stack underflow'],
  'stack overflow': ['stack limit reached', 'Out of stack'],
  'value out of range': ['return data out of bounds', 'Out of bounds'],
  'static state change': ['write protection', 'Mutable Call In Static Context'],
  'create collision': ['contract address collision', 'Contract address collision'],
  'invalid bytecode deployed': ['invalid code: must not begin with 0xef', 'Bad instruction'],
}

/** What clients read of how a frame failed; undefined if it did not. */
export function failureText({ start, end }: Pick<CallFrame, 'start' | 'end'>, words: FailureWords): string | undefined {
  const failure = end?.failure
  if (failure === undefined) return undefined
  const isBuiltIn = start.runsPrecompile && failure !== 'out of gas'
  const [geth, parity] = isBuiltIn ? ['precompiled failed', BUILT_IN] : (WORDS[failure] ?? [failure, failure])
  return words === 'geth' ? geth : parity
}
