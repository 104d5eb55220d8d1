import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Hex } from '@poai/core'

/** Of all forks that the tests were filled for, ours. */
export const FORK = 'Cancun'
/** All of Ethereum's state tests for it: `ethereum/tests` at 4c87ebb (MIT). */
export const STATE_TESTS: string = join(import.meta.dirname, '../../fixtures/ethereum-state-tests-cancun.ndjson.gz')

/** One state, and what each of some transactions makes of it. Numbers are hexadecimal. */
export interface StateTest {
  /** Below `GeneralStateTests`. */
  readonly file: string
  readonly name: string
  readonly env: Readonly<Record<EnvironmentMember, Hex>>
  readonly pre: Readonly<Record<Hex, StateTestAccount>>
  readonly transaction: { readonly secretKey: Hex; readonly sender: Hex }
  readonly post: readonly StateTestPost[]
}

type EnvironmentMember =
  | 'currentBaseFee'
  | 'currentCoinbase'
  | 'currentGasLimit'
  | 'currentNumber'
  | 'currentRandom'
  | 'currentTimestamp'

export interface StateTestAccount {
  readonly balance: Hex
  readonly nonce: Hex
  readonly code: Hex
  readonly storage: Readonly<Record<Hex, Hex>>
}

/** A transaction and what comes of it. */
export interface StateTestPost {
  /** The state's root. */
  readonly hash: Hex
  /** The hash of the logs' RLP. */
  readonly logs: Hex
  /** The transaction as signed. */
  readonly txbytes: Hex
  /** Why it must be refused, in Ethereum's words. */
  readonly expectException?: string
}

/** One transaction of a test. */
export interface StateTestCase {
  readonly test: StateTest
  readonly post: StateTestPost
  readonly name: string
  readonly folder: string
}

export function readStateTests(path: string = STATE_TESTS): readonly StateTestCase[] {
  const tests = gunzipSync(readFileSync(path)).toString('utf8').split('\n')
  return tests.flatMap((line) => {
    const test = JSON.parse(line) as StateTest
    const folder = test.file.slice(0, test.file.lastIndexOf('/'))
    return test.post.map((post, index) => ({ test, post, folder, name: `${test.file} ${test.name} ${index}` }))
  })
}
