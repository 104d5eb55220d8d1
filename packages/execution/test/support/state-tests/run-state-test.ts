import {
  bytesToHex,
  createTransactionCodec,
  encodeRlp,
  type GenesisAccount,
  type Hash32,
  type Hex,
  hash32,
  keccak256,
  RuleError,
  toAddress,
  toHash32,
  utf8ToBytes,
} from '@poai/core'
import { calllessDevnet } from '@poai/testing/chain'
import { type BlockEnvironment, createExecution, genesisState, type Pause, recoverSender } from '../../../src/index.ts'
import { MemoryState } from '../memory-state.ts'
import { runAtCancunPrices } from './cancun-prices.ts'
import { ETHEREUM, signAgain } from './sign-again.ts'
import type { StateTest, StateTestCase } from './state-test-archive.ts'
import type { StateTestInput, StateTestResult } from './state-test-input.ts'

/** How a case ends: as on Ethereum, otherwise by a decision (ADR 13 and 16), or by a fault. */
export const STATE_TEST_RULES = [
  'equal: executed',
  'equal: refused',
  'blob transactions are refused by name',
  'modexp costs what EIP-7883 says',
  'point evaluation refuses every proof',
  'given up: too long',
  'unexplained',
] as const

export type StateTestRule = (typeof STATE_TEST_RULES)[number]

export interface StateTestVerdict {
  readonly rule: StateTestRule
  /** What was found, if it is not what was expected. */
  readonly found?: string
}

const BLOB_TYPE = 3
/** More than any case needs on a slow core, but for loops of hundreds of millions of gas. */
const MAX_MS = 60_000
const QUESTIONS_A_REST = 8
const BODY_BYTES = 10_000_000
const codec = createTransactionCodec(ETHEREUM)
const execution = createExecution({
  ...calllessDevnet,
  chainId: ETHEREUM,
  hardfork: 'cancun',
  limits: { extraDataBytes: 32, bodyBytes: BODY_BYTES },
})

function bytesOf(text: Hex): Uint8Array {
  const digits = text.slice(2)
  return Uint8Array.from(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'))
}

function word(text: Hex): Hash32 {
  return toHash32(bytesOf(`0x${text.slice(2).padStart(64, '0')}`))
}

function accountsOf({ pre }: StateTest): readonly GenesisAccount[] {
  return Object.entries(pre).map(([address, { balance, nonce, code, storage }]) => ({
    address: toAddress(bytesOf(address as Hex)),
    balance: BigInt(balance),
    nonce: BigInt(nonce),
    code: bytesOf(code),
    storage: Object.entries(storage).map(([key, value]) => ({ key: word(key as Hex), value: BigInt(value) })),
  }))
}

function environmentOf({ env }: StateTest): BlockEnvironment {
  return {
    number: BigInt(env.currentNumber),
    timestamp: BigInt(env.currentTimestamp),
    beneficiary: toAddress(bytesOf(env.currentCoinbase)),
    gasLimit: BigInt(env.currentGasLimit),
    baseFeePerGas: BigInt(env.currentBaseFee),
    prevRandao: word(env.currentRandom),
  }
}

/** The hash that the fillers of state tests give a block. */
function blockHash(number: bigint): Hash32 {
  return hash32(utf8ToBytes(number.toString()))
}

function describe({ stateRoot, logs }: StateTestResult): string {
  const items = logs.map(({ address, topics, data }) => [address, [...topics], data])
  return `root ${bytesToHex(stateRoot)}, logs ${bytesToHex(keccak256(encodeRlp(items)))}`
}

async function execute({ transaction, state, ...place }: StateTestInput, pause: Pause): Promise<StateTestResult> {
  const { stateRoot, receipts } = await execution.executeBlock({
    ...place,
    state,
    nodes: state,
    stateRoot: state.stateRoot,
    reward: 0n,
    pause,
    transactions: [transaction],
    senders: [recoverSender(transaction)],
  })
  return { stateRoot, logs: receipts.flatMap(({ logs }) => logs) }
}

class TooLong extends Error {}

/**
 * Rests now and then, as a node does, and ends what takes too long: by processor time, so that other load is no matter.
 */
function restFor(ms: number): Pause {
  const begun = process.cpuUsage()
  let asked = 0
  return () => {
    if (process.cpuUsage(begun).user > ms * 1_000) throw new TooLong()
    return ++asked % QUESTIONS_A_REST === 0 ? Promise.resolve() : undefined
  }
}

/** Executes a case as a block of one transaction, and judges what comes of it. */
export async function runStateTest({ test, post }: StateTestCase, maxMs: number = MAX_MS): Promise<StateTestVerdict> {
  const signed = bytesOf(post.txbytes)
  const state = new MemoryState()
  state.apply(genesisState(accountsOf(test)))
  const before: StateTestResult = { stateRoot: state.stateRoot, logs: [] }
  const expected = `root ${post.hash}, logs ${post.logs}`
  const place = { state, environment: environmentOf(test), blockHash }
  let found: string
  let input: StateTestInput | undefined
  try {
    const transaction = codec.decode(signAgain(signed, bytesOf(test.transaction.secretKey)))
    input = { ...place, transaction }
    found = describe(await execute(input, restFor(maxMs)))
  } catch (error) {
    if (error instanceof TooLong) return { rule: 'given up: too long' }
    if (!(error instanceof RuleError)) throw error
    if (signed[0] === BLOB_TYPE) return { rule: 'blob transactions are refused by name', found: error.code }
    found = describe(before)
    const isRight = post.expectException !== undefined && found === expected
    return isRight ? { rule: 'equal: refused' } : { rule: 'unexplained', found: `${error.code}: ${error.message}` }
  }
  if (post.expectException !== undefined) return { rule: 'unexplained', found: `executed: ${found}` }
  if (found === expected) return { rule: 'equal: executed' }
  const { asked, ...atCancun } = await runAtCancunPrices(input)
  if (asked.has('modexp') && describe(atCancun) === expected) return { rule: 'modexp costs what EIP-7883 says', found }
  if (asked.has('point evaluation')) return { rule: 'point evaluation refuses every proof', found }
  return { rule: 'unexplained', found }
}
