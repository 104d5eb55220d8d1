import {
  address,
  blockPlace,
  LATEST,
  type Method,
  method,
  RESULTS,
  required,
  slot,
  toQuantity,
  withDefault,
} from '@poai/api'
import { bytesToHex, type Hex } from '@poai/core'
import { NEW_ACCOUNT } from '@poai/execution'
import type { MethodContext } from '../method-context.ts'

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
      run: ([of, at, place]) =>
        view.withState(place, (state): Hex => `0x${bytesToHex(state.storage(of, at)).slice(2).padStart(64, '0')}`),
    }),
  ]
}
