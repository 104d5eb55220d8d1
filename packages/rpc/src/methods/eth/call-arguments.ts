import {
  address,
  data,
  hash,
  invalidParams,
  isRecord,
  listOf,
  nonce,
  objectOf,
  quantity,
  RpcError,
  type Shape,
  slot,
  titled,
} from '@poai/api'
import {
  type AccessListEntry,
  type Address,
  type Authorization,
  authorizationHash,
  bytesToHex,
  defined,
  HARDFORKS,
  type Hash32,
  INFERENCE_ADDRESSES,
  MAX_AUTHORIZATIONS,
  type TransactionType,
  ZERO_ADDRESS,
  ZERO_HASH,
} from '@poai/core'
import type { AccountOverride, BlockEnvironment, CallInput, Message, StateReader } from '@poai/execution'
import { precompilesOf, prevRandaoOf } from '@poai/execution'
import type { NamedHeader } from '../../chain-view.ts'
import { type ExecutingCall, executionPlace } from '../execution-place.ts'
import type { MethodContext } from '../method-context.ts'

/** Accounts that one call may override. */
const MAX_OVERRIDES = 256
const MAX_OVERRIDDEN_SLOTS = 10_000
const MAX_ACCESS_ENTRIES = 2048

/** A transaction as a client describes it before it is signed. */
export interface CallArguments {
  readonly from: Address
  readonly to: Address
  readonly gas: bigint
  readonly gasPrice: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly value: bigint
  readonly nonce: bigint
  readonly data: Uint8Array
  /** The newer name of `data`. */
  readonly input: Uint8Array
  readonly accessList: readonly Partial<AccessListEntry>[]
  readonly authorizationList: readonly Partial<AuthorizationArguments>[]
}

/** A signed authorization (EIP-7702), as wallets write it. */
interface AuthorizationArguments {
  readonly chainId: bigint
  readonly address: Address
  readonly nonce: bigint
  readonly yParity: bigint
  readonly r: bigint
  readonly s: bigint
}

const authorization: Shape<Partial<AuthorizationArguments>> = objectOf<AuthorizationArguments>({
  ...{ chainId: quantity, address, nonce },
  ...{ yParity: quantity, r: quantity, s: quantity },
})

/** The argument of `eth_call` and similar methods. */
export const callArguments: Shape<Partial<CallArguments>> = titled(
  'call arguments',
  objectOf<CallArguments>({
    from: address,
    to: address,
    gas: quantity,
    gasPrice: quantity,
    maxFeePerGas: quantity,
    maxPriorityFeePerGas: quantity,
    value: quantity,
    nonce,
    data,
    input: data,
    accessList: listOf(
      objectOf<AccessListEntry>({ address, storageKeys: listOf(hash, MAX_ACCESS_ENTRIES) }),
      MAX_ACCESS_ENTRIES,
    ),
    authorizationList: listOf(authorization, MAX_AUTHORIZATIONS),
  }),
)

/** The message of a call. Without a price it costs nothing, so an account without coins can be used too. */
export function messageOf(args: Partial<CallArguments>, gasLimit: bigint): Message {
  const { input, authorizationList = [] } = args
  if (args.to === undefined && authorizationList.length > 0)
    throw invalidParams('to', 'an address, with authorizations')
  if (input !== undefined && args.data !== undefined && !equal(input, args.data)) {
    throw new RpcError('invalidParams', 'both "data" and "input" are set and not equal')
  }
  return {
    from: args.from ?? ZERO_ADDRESS,
    to: args.to,
    value: args.value ?? 0n,
    data: input ?? args.data ?? new Uint8Array(0),
    accessList: (args.accessList ?? []).map((entry, index) => {
      if (entry.address === undefined) throw invalidParams(`accessList[${index}].address`, 'an address')
      return { address: entry.address, storageKeys: entry.storageKeys ?? [] }
    }),
    authorizationList: authorizationList.map(authorizationOf),
    gasLimit,
    gasPrice: args.gasPrice ?? args.maxFeePerGas ?? 0n,
  }
}

const MAX_UINT64: bigint = (1n << 64n) - 1n
const MAX_PARITY = 255n

function authorizationOf(said: Partial<AuthorizationArguments>, index: number): Authorization {
  const member = <Name extends keyof AuthorizationArguments>(name: Name): AuthorizationArguments[Name] => {
    const value = said[name]
    if (value === undefined) throw invalidParams(`authorizationList[${index}].${name}`, 'a value')
    return value
  }
  const named = { chainId: member('chainId'), address: member('address'), nonce: member('nonce') }
  const yParity = member('yParity')
  if (named.nonce > MAX_UINT64) throw invalidParams(`authorizationList[${index}].nonce`, 'a number of 64 bits')
  if (yParity > MAX_PARITY) throw invalidParams(`authorizationList[${index}].yParity`, '0 or 1')
  const signature = { r: member('r'), s: member('s'), yParity: Number(yParity) }
  return { ...named, signature: { ...signature, signingHash: authorizationHash(named) } }
}

/** Older types only where the client has asked for a gas price. */
export function typeOf({ gasPrice, accessList, authorizationList = [] }: Partial<CallArguments>): TransactionType {
  if (authorizationList.length > 0) return 4
  if (gasPrice === undefined) return 2
  return accessList === undefined ? 0 : 1
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

interface OverrideArguments {
  readonly balance: bigint
  readonly nonce: bigint
  readonly code: Uint8Array
  readonly state: ReadonlyMap<Hash32, Uint8Array>
  readonly stateDiff: ReadonlyMap<Hash32, Uint8Array>
}

const slots: Shape<ReadonlyMap<Hash32, Uint8Array>> = {
  schema: { type: 'object', additionalProperties: hash.schema },
  parse: (value, path) => {
    if (!isRecord(value)) throw invalidParams(path, 'an object of slots')
    const entries = Object.entries(value)
    if (entries.length > MAX_OVERRIDDEN_SLOTS) throw invalidParams(path, `at most ${MAX_OVERRIDDEN_SLOTS} slots`)
    return new Map(entries.map(([place, held]) => [slot.parse(place, path), slot.parse(held, `${path}.${place}`)]))
  },
}

const overrideArguments = titled(
  'account override',
  objectOf<OverrideArguments>({
    balance: quantity,
    nonce,
    code: data,
    state: slots,
    stateDiff: slots,
  }),
)

let precompiles: ReadonlySet<string> | undefined

/** By any rules that there are. */
function isPrecompile(of: Address): boolean {
  precompiles ??= new Set(HARDFORKS.flatMap((hardfork) => precompilesOf({ hardfork })).map(bytesToHex))
  return precompiles.has(bytesToHex(of)) || Object.values(INFERENCE_ADDRESSES).includes(BigInt(bytesToHex(of)))
}

/** The state overrides of `eth_call`: how accounts are to look during this call. */
export const stateOverrides: Shape<readonly AccountOverride[]> = {
  schema: { type: 'object', additionalProperties: overrideArguments.schema },
  parse: (value, path) => {
    if (!isRecord(value)) throw invalidParams(path, 'an object of accounts')
    const entries = Object.entries(value)
    if (entries.length > MAX_OVERRIDES) throw invalidParams(path, `at most ${MAX_OVERRIDES} accounts`)
    return entries.map(([name, said]) => {
      if (isRecord(said) && Object.hasOwn(said, 'movePrecompileToAddress')) {
        throw new RpcError('unsupported', 'precompiles cannot be moved here')
      }
      const of = address.parse(name, path)
      if (isRecord(said) && Object.hasOwn(said, 'code') && isPrecompile(of)) {
        throw new RpcError('unsupported', 'precompiles cannot be replaced here')
      }
      const { balance, nonce, code, state, stateDiff } = overrideArguments.parse(said, `${path}.${name}`)
      if (state !== undefined && stateDiff !== undefined)
        throw new RpcError('invalidParams', `account ${name} has both "state" and "stateDiff"`)
      return {
        address: of,
        ...defined({ balance, nonce, code, storage: state, slots: stateDiff }),
      }
    })
  },
}

/** What a block is taken to be, whatever it is. */
export interface BlockOverrides {
  readonly number: bigint
  readonly time: bigint
  readonly gasLimit: bigint
  readonly feeRecipient: Address
  readonly prevRandao: Hash32
  readonly baseFeePerGas: bigint
}

/** As headers hold them. */
const uint64: Shape<bigint> = {
  schema: quantity.schema,
  parse: (value, path) => {
    const parsed = quantity.parse(value, path)
    if (parsed >= 1n << 64n) throw invalidParams(path, 'a number of at most 64 bits')
    return parsed
  },
}

/** The block overrides of `eth_call` and `eth_simulateV1`. There are no blobs and no withdrawals here. */
export const blockOverrides: Shape<Partial<BlockOverrides>> = titled(
  'block overrides',
  objectOf<BlockOverrides>({
    number: uint64,
    time: uint64,
    gasLimit: uint64,
    feeRecipient: address,
    prevRandao: slot,
    baseFeePerGas: quantity,
  }),
)

/** A block's surroundings, some of them replaced. */
export function overrideEnvironment(
  environment: BlockEnvironment,
  { number, time, gasLimit, feeRecipient, prevRandao, baseFeePerGas }: Partial<BlockOverrides>,
): BlockEnvironment {
  return {
    ...environment,
    ...defined({ number, timestamp: time, gasLimit, beneficiary: feeRecipient, prevRandao, baseFeePerGas }),
  }
}

/** The surroundings of a block, for code that asks about them. */
export function environmentOf({ header }: NamedHeader): BlockEnvironment {
  return { ...header, prevRandao: prevRandaoOf(header.parentHash) }
}

/** A call on the state after a block, in that block's surroundings. */
export function callInput(
  context: Pick<MethodContext, 'view' | 'answers'>,
  {
    state,
    at,
    message,
    overrides,
    block = {},
    call,
  }: {
    readonly state: StateReader
    readonly at: NamedHeader
    readonly message: Message
    readonly overrides?: readonly AccountOverride[] | undefined
    readonly block?: Partial<BlockOverrides> | undefined
    readonly call: ExecutingCall
  },
): CallInput {
  return {
    state,
    environment: overrideEnvironment(environmentOf(at), block),
    // Blocks beyond the head have no hash yet.
    blockHash: (number) => context.view.canonicalHash(number) ?? (block.number === undefined ? undefined : ZERO_HASH),
    message,
    ...executionPlace(context, call),
    ...defined({ overrides }),
  }
}
