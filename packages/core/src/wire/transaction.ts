import { type Common, createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import {
  createTxFromRLP,
  isAccessList2930Tx,
  isEOACode7702Tx,
  isFeeMarket1559Tx,
  isLegacyTx,
  paramsTx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { type Address, type Hash32, hash32, toAddress, toHash32 } from '../branded.ts'
import { bytesToUint, equalBytes } from '../bytes.ts'
import { RuleError } from '../errors/rule-error.ts'
import { keccak256 } from '../keccak.ts'
import { decodeRlp, encodeRlp, type RlpItem } from '../rlp.ts'
import { type Codec, checkSize } from './codec.ts'
import { addressField, uint64Field, uint256Field } from './scalar-fields.ts'

/** As geth's pool: four slots of 32 kB. Large enough for a contract at the code size limit with its arguments. */
export const MAX_TRANSACTION_BYTES: number = 128 * 1024
/** 32 bytes each way: enough for a transaction that touches every account of a large contract. Bounds work per byte. */
export const MAX_ACCESS_LIST_ENTRIES = 2048
/** Each costs 25,000 gas, and a transaction uses at most 2^24 (EIP-7825): no more of them can be paid for. */
export const MAX_AUTHORIZATIONS = 670

/** 0 legacy with EIP-155, 1 EIP-2930, 2 EIP-1559, 4 EIP-7702. Type 3 carries blobs, which this chain has none of. */
export type TransactionType = 0 | 1 | 2 | 4

/** An account and the storage slots of it that a transaction announces (EIP-2930). */
export interface AccessListEntry {
  readonly address: Address
  readonly storageKeys: readonly Hash32[]
}

/**
 * An account's consent to run another account's code (EIP-7702). Execution decides whether it takes effect: one that
 * does not is skipped, and its transaction goes on.
 */
export interface Authorization {
  /** 0: on every chain. */
  readonly chainId: bigint
  /** The account whose code is run; the zero address ends a delegation. */
  readonly address: Address
  /** Of the account that signed. */
  readonly nonce: bigint
  readonly signature: AuthorizationSignature
}

/** Numbers of the right size, which need not be a valid signature. */
export interface AuthorizationSignature {
  readonly r: bigint
  readonly s: bigint
  /** Up to 255, but only 0 and 1 are valid. */
  readonly yParity: number
  /** The hash of 0x05 and the RLP list of the authorization's first three members. */
  readonly signingHash: Hash32
}

/** A signed transaction: its canonical bytes and what they say. Whether it can be executed is not known here. */
export interface Transaction {
  /** The canonical encoding: an RLP list (legacy), or the type's byte and then an RLP list (EIP-2718). */
  readonly bytes: Uint8Array
  readonly hash: Hash32
  readonly type: TransactionType
  readonly nonce: bigint
  readonly gasLimit: bigint
  /** The most that a unit of gas may cost; the gas price for types 0 and 1. */
  readonly maxFeePerGas: bigint
  /** The most of it that goes to the miner; the gas price for types 0 and 1. */
  readonly maxPriorityFeePerGas: bigint
  /** Undefined creates a contract. */
  readonly to: Address | undefined
  readonly value: bigint
  readonly data: Uint8Array
  readonly accessList: readonly AccessListEntry[]
  /** At least one in a transaction of type 4, none in others. */
  readonly authorizationList: readonly Authorization[]
  readonly signature: TransactionSignature
}

/** A recoverable secp256k1 signature over the transaction's signing hash. */
export interface TransactionSignature {
  readonly r: bigint
  readonly s: bigint
  readonly yParity: 0 | 1
  readonly signingHash: Hash32
}

/** Turns signed transactions of one chain into bytes and back. */
export interface TransactionCodec extends Codec<Transaction> {
  readonly chainId: bigint
}

/** A list's first byte in RLP: what stands there in a legacy transaction instead of a type. */
const FIRST_LIST_BYTE = 0xc0

/** Where each type keeps its chain id, and how many members it has with its signature and without. */
const FORMS = {
  0: { chainIdMember: 6, members: 9, unsignedMembers: 6 },
  1: { chainIdMember: 0, members: 11, unsignedMembers: 8 },
  2: { chainIdMember: 0, members: 12, unsignedMembers: 9 },
  4: { chainIdMember: 0, members: 13, unsignedMembers: 10 },
} as const satisfies Record<TransactionType, object>

/** EIP-7702: the prefix of what an authorization signs, so that the signature is good for nothing else. */
const AUTHORIZATION_MAGIC: Uint8Array = Uint8Array.of(5)

function typeOf(bytes: Uint8Array): TransactionType {
  const first = bytes[0]
  if (first === undefined) throw new RuleError('TRANSACTION_MALFORMED', 'an empty transaction')
  if (first >= FIRST_LIST_BYTE) return 0
  if (first === 1 || first === 2 || first === 4) return first
  throw new RuleError('TRANSACTION_TYPE', 'a transaction of an unsupported type', {
    expected: 'legacy, 1, 2 or 4',
    actual: first,
  })
}

/** The chain id inside a legacy signature's v (EIP-155); -1 where the signature names none. */
function chainIdOfV(v: bigint): bigint {
  return v >= 35n ? (v - 35n) / 2n : -1n
}

/**
 * What the library does not bound or does not name, before it sees the bytes: nesting, item count, member count, chain.
 */
function checkForm(bytes: Uint8Array, type: TransactionType, chainId: bigint): void {
  const items = decodeRlp(type === 0 ? bytes : bytes.subarray(1))
  const { chainIdMember, members, unsignedMembers } = FORMS[type]
  if (items.length === unsignedMembers) throw new RuleError('TRANSACTION_UNSIGNED', 'a transaction without a signature')
  if (items.length !== members) {
    throw new RuleError('FIELD_COUNT', 'transaction has the wrong number of members', {
      expected: members,
      actual: items.length,
    })
  }
  const member = uint64Field.fromItem(items[chainIdMember] as RlpItem, 'transaction.chainId')
  const actual = type === 0 ? chainIdOfV(member) : member
  if (actual !== chainId) {
    throw new RuleError('TRANSACTION_CHAIN_ID', 'transaction is not for this chain', {
      expected: chainId,
      actual: actual < 0n ? 'no chain (before EIP-155)' : actual,
    })
  }
}

function malformed(cause: unknown): RuleError {
  const actual = cause instanceof Error ? cause.message : 'an unknown fault'
  return new RuleError('TRANSACTION_MALFORMED', 'not a transaction', { cause, actual })
}

function parse(bytes: Uint8Array, common: Common): TypedTransaction {
  try {
    const tx = createTxFromRLP(bytes, { common })
    if (equalBytes(tx.serialize(), bytes)) return tx
  } catch (cause) {
    throw malformed(cause)
  }
  throw new RuleError('RLP_NON_CANONICAL', 'transaction is not in its canonical encoding')
}

function signatureOf(tx: TypedTransaction): TransactionSignature {
  const { v, r, s } = tx
  if (v === undefined || r === undefined || s === undefined)
    throw new RuleError('TRANSACTION_UNSIGNED', 'a transaction without a signature')
  const yParity = isLegacyTx(tx) ? (v + 1n) % 2n : v
  if (yParity !== 0n && yParity !== 1n)
    throw new RuleError('TRANSACTION_MALFORMED', 'transaction signature has no parity', {
      expected: '0 or 1',
      actual: v,
    })
  return { r, s, yParity: yParity === 0n ? 0 : 1, signingHash: signingHashOf(tx) }
}

/** A legacy transaction's message is a list of members and a typed one's is bytes: both hash to what was signed. */
function signingHashOf(tx: TypedTransaction): Hash32 {
  return toHash32(tx.getHashedMessageToSign())
}

function feesOf(tx: TypedTransaction): Pick<Transaction, 'maxFeePerGas' | 'maxPriorityFeePerGas'> {
  if (isFeeMarket1559Tx(tx) || isEOACode7702Tx(tx))
    return { maxFeePerGas: tx.maxFeePerGas, maxPriorityFeePerGas: tx.maxPriorityFeePerGas }
  const gasPrice = isLegacyTx(tx) || isAccessList2930Tx(tx) ? tx.gasPrice : 0n
  return { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice }
}

function accessListOf(tx: TypedTransaction): readonly AccessListEntry[] {
  if (!isAccessList2930Tx(tx) && !isFeeMarket1559Tx(tx) && !isEOACode7702Tx(tx)) return []
  if (tx.accessList.length > MAX_ACCESS_LIST_ENTRIES) {
    throw new RuleError('FIELD_COUNT', 'access list is too long', {
      expected: `<= ${MAX_ACCESS_LIST_ENTRIES}`,
      actual: tx.accessList.length,
    })
  }
  return tx.accessList.map(([address, storageKeys]) => ({
    address: toAddress(address),
    storageKeys: storageKeys.map(toHash32),
  }))
}

/** The hash that an authorization signs (EIP-7702). */
export function authorizationHash({
  chainId,
  address,
  nonce,
}: Pick<Authorization, 'chainId' | 'address' | 'nonce'>): Hash32 {
  return hash32(
    AUTHORIZATION_MAGIC,
    encodeRlp([uint256Field.toItem(chainId), addressField.toItem(address), uint64Field.toItem(nonce)]),
  )
}

function authorizationListOf(tx: TypedTransaction): readonly Authorization[] {
  if (!isEOACode7702Tx(tx)) return []
  const { authorizationList } = tx
  if (authorizationList.length > MAX_AUTHORIZATIONS) {
    throw new RuleError('FIELD_COUNT', 'authorization list is too long', {
      expected: `<= ${MAX_AUTHORIZATIONS}`,
      actual: authorizationList.length,
    })
  }
  return authorizationList.map(([chainId, address, nonce, yParity, r, s]) => {
    const said = { chainId: bytesToUint(chainId), address: toAddress(address), nonce: bytesToUint(nonce) }
    const signature = { r: bytesToUint(r), s: bytesToUint(s), yParity: Number(bytesToUint(yParity)) }
    return { ...said, signature: { ...signature, signingHash: authorizationHash(said) } }
  })
}

function transactionOf(tx: TypedTransaction, type: TransactionType, bytes: Uint8Array): Transaction {
  return {
    bytes,
    hash: hash32(bytes),
    type,
    nonce: tx.nonce,
    gasLimit: tx.gasLimit,
    ...feesOf(tx),
    to: tx.to === undefined ? undefined : toAddress(tx.to.bytes),
    value: tx.value,
    data: tx.data,
    accessList: accessListOf(tx),
    authorizationList: authorizationListOf(tx),
    signature: signatureOf(tx),
  }
}

/**
 * The codec of signed transactions of one chain, of every type that some rule set knows: whether a block may hold them
 * is a rule of its height. Parsing, member rules and the signing hash are EthereumJS's; that the bytes are bounded,
 * canonical, signed and meant for this chain is checked here.
 */
export function createTransactionCodec(chainId: bigint): TransactionCodec {
  const common = createCustomCommon({ chainId: Number(chainId) }, Mainnet, {
    hardfork: Hardfork.Cancun,
    // For the type alone: at a later hardfork the library checks rules as it parses, such as the gas cap of EIP-7825.
    eips: [7702],
    customCrypto: { keccak256 },
  })
  common.updateParams(paramsTx)
  // The library copies the table for each transaction and adds its prices again. Nothing changes it: one serves all.
  common.updateParams = () => undefined
  common.copy = () => common
  return {
    chainId,
    maxBytes: MAX_TRANSACTION_BYTES,
    encode: (transaction) => transaction.bytes,
    decode: (bytes) => {
      checkSize(bytes, MAX_TRANSACTION_BYTES, 'transaction')
      const type = typeOf(bytes)
      checkForm(bytes, type, chainId)
      return transactionOf(parse(bytes, common), type, bytes)
    },
  }
}
