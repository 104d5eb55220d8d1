import {
  type Body,
  bloomOfLogs,
  bytesToHex,
  createBlockCodecs,
  decodeRlp,
  devnet,
  encodeRlp,
  extensibleField,
  forkIdAt,
  genesisHash,
  genesisHeader,
  genesisStateRoot,
  type Header,
  headerCodec,
  headerHash,
  type JsonValue,
  mergeBlooms,
  type NetworkParams,
  networkParamsHash,
  networkParamsToJson,
  orderedTrieRoot,
  type Receipt,
  type RlpItem,
  receiptCodec,
  receiptsRoot,
  rulesOf,
  sealHash,
  testnet,
  toHash32,
  transactionsRoot,
  trieRoot,
} from '../../src/index.ts'
import { committedParamsField } from '../../src/network/network-params-field.ts'
import { laterRuleFields, ruleFields } from '../../src/network/rule-fields.ts'
import { forked } from '../support/forked-network.ts'
import {
  receiptSamples,
  sampleAddress,
  sampleBytes,
  sampleCodec,
  type TransactionSample,
  transactionSamples,
} from './wire-samples.ts'

/** An RLP item in JSON: a string as hexadecimal, a list as a list. */
export type JsonItem = string | readonly JsonItem[]

/** A value and its one encoding. */
export interface RlpVector {
  readonly item: JsonItem
  readonly encoded: string
}

/** A trie of any keys. */
export interface TrieVector {
  readonly entries: readonly (readonly [key: string, value: string])[]
  readonly root: string
}

/** The trie of a list. */
export interface ListVector {
  readonly values: readonly string[]
  readonly root: string
}

/** The filter of one address or topic. */
export interface BloomVector {
  readonly entry: string
  readonly bloom: string
}

/** A network's identity, from its parameters on. */
export interface GenesisVector {
  readonly network: string
  /** RLP of all parameters. */
  readonly params: string
  readonly paramsHash: string
  readonly stateRoot: string
  readonly header: string
  readonly sealHash: string
  readonly hash: string
}

/** The rules from a fork on, and what names the schedule up to it. */
export interface ForkVector {
  readonly number: string
  /** RLP of all rules after the fork, in the order of the parameters. */
  readonly rules: string
  /** The target that the fork sets; 0 if it goes on with the one that it finds. */
  readonly target: string
  readonly hash: string
  readonly next: string
}

/** A network with forks. The parameters are JSON. */
export interface ScheduleVector {
  readonly params: JsonValue
  readonly genesis: string
  readonly forks: readonly ForkVector[]
}

/** A header: what is in it, its bytes, and both its hashes. */
export interface HeaderVector {
  readonly members: Readonly<Record<keyof Header, string>>
  readonly encoded: string
  readonly sealed: string
  readonly sealHash: string
  readonly hash: string
}

/** A signed transaction: its bytes, and what follows from them. */
export interface TransactionVector {
  readonly label: string
  readonly type: number
  readonly members: readonly JsonItem[]
  readonly encoded: string
  readonly signingHash: string
  readonly sender: string
  readonly hash: string
}

/** A receipt: its type, its members and its bytes. */
export interface ReceiptVector {
  readonly type: number
  readonly members: readonly JsonItem[]
  readonly encoded: string
}

/** A block of some transactions with their receipts. */
export interface BlockVector {
  /** Labels of transactions. */
  readonly transactions: readonly string[]
  readonly body: string
  readonly transactionsRoot: string
  readonly receiptsRoot: string
  readonly logsBloom: string
  readonly block: string
  readonly hash: string
}

/** Everything that the vector file records. */
export interface WireVectors {
  readonly rlp: readonly RlpVector[]
  readonly tries: readonly TrieVector[]
  readonly lists: readonly ListVector[]
  readonly blooms: readonly BloomVector[]
  readonly genesis: readonly GenesisVector[]
  readonly schedule: ScheduleVector
  readonly headers: readonly HeaderVector[]
  readonly transactions: readonly TransactionVector[]
  readonly receipts: readonly ReceiptVector[]
  readonly blocks: readonly BlockVector[]
}

/** Computes the vectors with the code as it stands. */
export function computeWireVectors(): WireVectors {
  const transactions = transactionSamples()
  const receipts = receiptSamples()
  return {
    rlp: rlpVectors(),
    tries: trieVectors(),
    lists: [0, 1, 2, 3, 16, 17, 127, 128, 129, 257].map(listVector),
    blooms: ['receiver', 'contract', 'sender'].map((label) => bloomVector(sampleAddress(label))),
    genesis: [devnet, testnet].map(genesisVector),
    schedule: scheduleVector(forked),
    headers: [genesisHeader(devnet), genesisHeader(testnet), ...headerSamples()].map(headerVector),
    transactions: transactions.map(transactionVector),
    receipts: receipts.map(receiptVector),
    blocks: [blockVector([], []), blockVector(transactions.slice(0, 1), receipts.slice(0, 1))].concat(
      blockVector(
        transactions.filter(({ label }) =>
          ['legacy, transfer', 'legacy, creation', 'access list', 'fees'].includes(label),
        ),
        receipts.slice(0, 4),
      ),
    ),
  }
}

function toJson(item: RlpItem): JsonItem {
  return item instanceof Uint8Array ? bytesToHex(item) : item.map(toJson)
}

function rlpVectors(): readonly RlpVector[] {
  const string = (size: number): Uint8Array => new Uint8Array(size).fill(0xab)
  const items: readonly RlpItem[] = [
    ...[string(0), Uint8Array.of(0), Uint8Array.of(0x7f), Uint8Array.of(0x80), string(2), string(55), string(56)],
    ...[string(256), [], [[], [[]]], [Uint8Array.of(1), [Uint8Array.of(2), string(3)]]],
    ...[Array.from({ length: 55 }, () => Uint8Array.of(1)), Array.from({ length: 56 }, () => Uint8Array.of(1))],
  ]
  return items.map((item) => ({ item: toJson(item), encoded: bytesToHex(encodeRlp(item)) }))
}

function trieVectors(): readonly TrieVector[] {
  const key = (...nibbles: readonly number[]): Uint8Array => Uint8Array.from(nibbles)
  const value = (size: number): Uint8Array => new Uint8Array(size).fill(size)
  const sets: readonly (readonly (readonly [Uint8Array, Uint8Array])[])[] = [
    [],
    [[key(0x12, 0x34), value(1)]],
    // A branch at once, children of under 32 bytes and of more.
    [
      [key(0x12), value(2)],
      [key(0x22), value(40)],
    ],
    // A shared prefix of an odd number of nibbles, and a key that begins another.
    [
      [key(0x12, 0x34), value(3)],
      [key(0x12, 0x35), value(4)],
      [key(0x12), value(5)],
    ],
    ['a', 'b', 'c', 'd', 'e'].map((label): readonly [Uint8Array, Uint8Array] => [sampleBytes(label), value(33)]),
  ]
  return sets.map((entries) => ({
    entries: entries.map(([name, content]) => [bytesToHex(name), bytesToHex(content)]),
    root: bytesToHex(trieRoot(entries)),
  }))
}

function listVector(length: number): ListVector {
  const values = Array.from({ length }, (_, index) => new Uint8Array(1 + (index % 40)).fill(index % 251))
  return { values: values.map(bytesToHex), root: bytesToHex(orderedTrieRoot(values)) }
}

function bloomVector(entry: ReturnType<typeof sampleAddress>): BloomVector {
  return {
    entry: bytesToHex(entry),
    bloom: bytesToHex(bloomOfLogs([{ address: entry, topics: [], data: new Uint8Array() }])),
  }
}

function scheduleVector(params: NetworkParams): ScheduleVector {
  const [, ...later] = rulesOf(params)
  return {
    params: networkParamsToJson(params),
    genesis: bytesToHex(genesisHash(params)),
    forks: later.map((rules) => {
      const { hash, next } = forkIdAt(params, rules.since)
      return {
        number: rules.since.toString(),
        rules: bytesToHex(encodeRlp(extensibleField(ruleFields, laterRuleFields).toItem(rules))),
        target: (rules.fork?.changes.difficulty?.initialTarget ?? 0n).toString(),
        hash: bytesToHex(hash),
        next: next.toString(),
      }
    }),
  }
}

function genesisVector(params: NetworkParams): GenesisVector {
  const header = genesisHeader(params)
  return {
    network: params.name,
    params: bytesToHex(encodeRlp(committedParamsField.toItem(params))),
    paramsHash: bytesToHex(networkParamsHash(params)),
    stateRoot: bytesToHex(genesisStateRoot(params.genesis.accounts)),
    header: bytesToHex(headerCodec.encode(header)),
    sealHash: bytesToHex(sealHash(header)),
    hash: bytesToHex(headerHash(header)),
  }
}

/** A usual header, and one with every integer at its largest. */
function headerSamples(): readonly Header[] {
  const usual: Header = {
    ...genesisHeader(devnet),
    parentHash: headerHash(genesisHeader(devnet)),
    beneficiary: sampleAddress('miner'),
    number: 1n,
    timestamp: 1_795_132_805n,
    extraData: new Uint8Array(),
    baseFeePerGas: 875_000_000n,
    transcriptRoot: toHash32(sampleBytes('transcript')),
    lossMicroNats: 1_234_567n,
    nonce: 0x9269_437fn,
  }
  const largest = { target: (1n << 256n) - 1n, baseFeePerGas: (1n << 256n) - 1n, lossMicroNats: (1n << 28n) - 1n }
  const u64 = (1n << 64n) - 1n
  return [
    usual,
    { ...usual, ...largest, number: u64, gasLimit: u64, gasUsed: u64, timestamp: u64, nonce: u64 },
    { ...usual, extraData: new Uint8Array(64).fill(0x70) },
  ]
}

function headerVector(header: Header): HeaderVector {
  const names = Object.keys(header) as (keyof Header)[]
  const texts = names.map((name) => {
    const value = header[name]
    return [name, value instanceof Uint8Array ? bytesToHex(value) : `${value}`]
  })
  const items = decodeRlp(headerCodec.encode(header)) as readonly RlpItem[]
  return {
    members: Object.fromEntries(texts) as HeaderVector['members'],
    encoded: bytesToHex(headerCodec.encode(header)),
    sealed: bytesToHex(encodeRlp([...items.slice(0, 13), ...items.slice(16)])),
    sealHash: bytesToHex(sealHash(header)),
    hash: bytesToHex(headerHash(header)),
  }
}

function membersOf(bytes: Uint8Array, type: number): readonly JsonItem[] {
  return toJson(decodeRlp(type === 0 ? bytes : bytes.subarray(1))) as readonly JsonItem[]
}

function transactionVector({ label, transaction, sender }: TransactionSample): TransactionVector {
  const { bytes, hash, signature, type } = transaction
  return {
    label,
    type,
    members: membersOf(bytes, type),
    encoded: bytesToHex(bytes),
    signingHash: bytesToHex(signature.signingHash),
    sender: bytesToHex(sender),
    hash: bytesToHex(hash),
  }
}

function receiptVector(receipt: Receipt): ReceiptVector {
  const bytes = receiptCodec.encode(receipt)
  return { type: receipt.type, members: membersOf(bytes, receipt.type), encoded: bytesToHex(bytes) }
}

function blockVector(samples: readonly TransactionSample[], receipts: readonly Receipt[]): BlockVector {
  const { body: bodyCodec, block: blockCodec } = createBlockCodecs(sampleCodec)
  const body: Body = { transactions: samples.map(({ transaction }) => transaction) }
  const roots = {
    transactionsRoot: transactionsRoot(body.transactions),
    receiptsRoot: receiptsRoot(receipts),
    logsBloom: mergeBlooms(receipts.map(({ logsBloom }) => logsBloom)),
  }
  const header: Header = {
    ...(headerSamples()[0] as Header),
    ...roots,
    gasUsed: receipts.at(-1)?.cumulativeGasUsed ?? 0n,
  }
  return {
    transactions: samples.map(({ label }) => label),
    body: bytesToHex(bodyCodec.encode(body)),
    transactionsRoot: bytesToHex(roots.transactionsRoot),
    receiptsRoot: bytesToHex(roots.receiptsRoot),
    logsBloom: bytesToHex(roots.logsBloom),
    block: bytesToHex(blockCodec.encode({ header, body })),
    hash: bytesToHex(headerHash(header)),
  }
}
