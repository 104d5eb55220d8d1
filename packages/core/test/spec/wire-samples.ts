import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { createTx } from '@ethereumjs/tx'
import { eoaCode7702SignAuthorization } from '@ethereumjs/util'
import {
  type Address,
  bloomOfLogs,
  createTransactionCodec,
  hash32,
  type Log,
  type Receipt,
  type Transaction,
  type TransactionCodec,
  type TransactionType,
  toAddress,
  uint256Field,
  utf8ToBytes,
} from '../../src/index.ts'

const CHAIN_ID = 1_886_347_620n
const common = createCustomCommon({ chainId: Number(CHAIN_ID) }, Mainnet, { hardfork: Hardfork.Prague })

/** Reads what the samples sign. */
export const sampleCodec: TransactionCodec = createTransactionCodec(CHAIN_ID)

/** What a sample signs, and who. */
export interface TransactionSample {
  readonly label: string
  readonly transaction: Transaction
  readonly sender: Address
}

type TransactionData = Parameters<typeof createTx>[0]

function bytesOf(label: string): Uint8Array {
  return hash32(utf8ToBytes(`poai/vectors/wire/${label}`))
}

function address(label: string): Address {
  return toAddress(bytesOf(label).subarray(12))
}

function sign(label: string, data: TransactionData): TransactionSample {
  const signed = createTx(data, { common }).sign(bytesOf(`key of ${label}`))
  return {
    label,
    transaction: sampleCodec.decode(signed.serialize()),
    sender: toAddress(signed.getSenderAddress().bytes),
  }
}

const transfer = { gasLimit: 21_000n, to: address('receiver') }
const accessList: [Uint8Array, Uint8Array[]][] = [
  [address('contract'), [bytesOf('slot 0'), bytesOf('slot 1')]],
  [address('receiver'), []],
]

/** One for this chain, signed, and one for every chain that ends a delegation and that nobody signed. */
const authorizations: Uint8Array[][] = [
  eoaCode7702SignAuthorization(
    [uint256Field.toItem(CHAIN_ID) as Uint8Array, address('contract'), Uint8Array.of(7)],
    bytesOf('key of an authority'),
  ),
  [new Uint8Array(0), new Uint8Array(20), new Uint8Array(0), Uint8Array.of(255), Uint8Array.of(1), Uint8Array.of(2)],
]

/** Transactions of each type, with and without what may be absent. */
export function transactionSamples(): readonly TransactionSample[] {
  return [
    sign('legacy, zeros', { type: 0, nonce: 0n, gasPrice: 0n, value: 0n, ...transfer }),
    sign('legacy, transfer', { type: 0, nonce: 9n, gasPrice: 20_000_000_000n, value: 10n ** 18n, ...transfer }),
    sign('legacy, creation', { type: 0, nonce: 1n, gasPrice: 7n, gasLimit: 100_000n, data: bytesOf('code') }),
    sign('access list, empty', { type: 1, nonce: 127n, gasPrice: 1n, value: 1n, accessList: [], ...transfer }),
    sign('access list', { type: 1, nonce: 128n, gasPrice: 2n, value: 3n, accessList, ...transfer, gasLimit: 50_000n }),
    sign('fees', {
      ...{ type: 2, nonce: 256n, maxPriorityFeePerGas: 1_500_000_000n, maxFeePerGas: 30_000_000_000n },
      ...{ value: 12_345n, accessList: [], ...transfer },
    }),
    sign('fees, creation', {
      ...{ type: 2, nonce: 2n, maxPriorityFeePerGas: 0n, maxFeePerGas: 1_000_000_000n, gasLimit: 200_000n },
      ...{ data: bytesOf('more code'), accessList },
    }),
    sign('delegation', {
      ...{ type: 4, nonce: 3n, maxPriorityFeePerGas: 1n, maxFeePerGas: 1_000_000_000n, accessList },
      ...{ ...transfer, gasLimit: 100_000n, authorizationList: authorizations },
    }),
  ]
}

function receipt(type: TransactionType, status: 0 | 1, cumulativeGasUsed: bigint, logs: readonly Log[]): Receipt {
  return { type, status, cumulativeGasUsed, logsBloom: bloomOfLogs(logs), logs }
}

/** Receipts of each type, with and without logs. */
export function receiptSamples(): readonly Receipt[] {
  const topics = [0, 1, 2, 3].map((index) => hash32(bytesOf(`topic ${index}`)))
  const log = (topicCount: number, data: Uint8Array): Log => ({
    ...{ address: address('contract'), topics: topics.slice(0, topicCount), data },
  })
  return [
    receipt(0, 1, 21_000n, []),
    receipt(0, 0, 42_000n, []),
    receipt(1, 1, 70_500n, [log(0, new Uint8Array())]),
    receipt(2, 1, 131_072n, [log(1, bytesOf('data')), log(4, new Uint8Array(64).fill(255))]),
    receipt(4, 1, 177_072n, []),
  ]
}

/** An address that nobody has a key for, by its label. */
export const sampleAddress: (label: string) => Address = address
/** 32 bytes by a label. */
export const sampleBytes: (label: string) => Uint8Array = bytesOf
