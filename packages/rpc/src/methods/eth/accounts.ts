import {
  address,
  blockPlace,
  invalidParams,
  isRecord,
  LATEST,
  listOf,
  type Method,
  method,
  RESULTS,
  RpcError,
  required,
  SCHEMAS,
  type Shape,
  slot,
  toQuantity,
  withDefault,
} from '@poai/api'
import { type Address, bytesToHex, type Hash32, type Hex } from '@poai/core'
import { NEW_ACCOUNT, type StateReader } from '@poai/execution'
import type { MethodContext } from '../method-context.ts'

/** Slots of one question, as in geth. */
const MAX_SLOTS = 1024

interface StorageRequest {
  /** The address as the client wrote it: by that name it looks for the answer. */
  readonly name: string
  readonly address: Address
  readonly slots: readonly Hash32[]
}

const slotList = listOf(slot, MAX_SLOTS)

const storageRequests: Shape<readonly StorageRequest[]> = {
  schema: { title: 'storage requests', type: 'object', additionalProperties: slotList.schema },
  parse: (value, path) => {
    if (!isRecord(value)) throw invalidParams(path, 'an object of addresses')
    const entries = Object.entries(value)
    if (entries.length === 0) throw new RpcError('invalidParams', 'empty request')
    if (entries.length > MAX_SLOTS) throw invalidParams(path, `at most ${MAX_SLOTS} slots`)
    const requests = entries.map(([name, slots]) => ({
      name,
      address: address.parse(name, path),
      slots: slotList.parse(slots, `${path}.${name}`),
    }))
    if (requests.reduce((sum, { slots }) => sum + slots.length, 0) > MAX_SLOTS)
      throw invalidParams(path, `at most ${MAX_SLOTS} slots`)
    return requests
  },
}

function wordAt(state: StateReader, of: Address, at: Hash32): Hex {
  return `0x${bytesToHex(state.storage(of, at)).slice(2).padStart(64, '0')}`
}

/** What accounts have, after any block whose state is kept. */
export function accountMethods({ chain, view }: MethodContext): readonly Method[] {
  const atBlock = withDefault('block', blockPlace, LATEST)
  return [
    method({
      name: 'eth_getBalance',
      summary: 'The balance of an account, in wei',
      params: [required('address', address), atBlock],
      result: RESULTS.quantity,
      run: ([of, place]) => view.withState(place, (state) => toQuantity((state.account(of) ?? NEW_ACCOUNT).balance)),
    }),
    method({
      name: 'eth_getTransactionCount',
      summary: 'The nonce of the next transaction of an account; with "pending", after those in the pool',
      params: [required('address', address), atBlock],
      result: RESULTS.quantity,
      run: ([of, place]) => {
        if (place.kind === 'tag' && place.tag === 'pending') return toQuantity(chain.mempool.nextNonce(of))
        return view.withState(place, (state) => toQuantity((state.account(of) ?? NEW_ACCOUNT).nonce))
      },
    }),
    method({
      name: 'eth_getCode',
      summary: 'The code of a contract',
      params: [required('address', address), atBlock],
      result: RESULTS.data,
      run: ([of, place]) =>
        view.withState(place, (state) => {
          const account = state.account(of)
          const code = account === undefined ? undefined : state.code(account.codeHash)
          return code === undefined ? '0x' : bytesToHex(code)
        }),
    }),
    method({
      name: 'eth_getStorageAt',
      summary: 'A storage slot of a contract',
      params: [required('address', address), required('slot', slot), atBlock],
      result: RESULTS.hash,
      run: ([of, at, place]) => view.withState(place, (state) => wordAt(state, of, at)),
    }),
    method({
      name: 'eth_getStorageValues',
      summary: 'Storage slots of several contracts, by their addresses',
      cost: 10,
      params: [required('requests', storageRequests), atBlock],
      result: SCHEMAS.storageValues,
      run: ([requests, place]) =>
        view.withState(place, (state) =>
          Object.fromEntries(
            requests.map(({ name, address: of, slots }) => [name, slots.map((at) => wordAt(state, of, at))]),
          ),
        ),
    }),
  ]
}
