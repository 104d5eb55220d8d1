import type { Address, Hash32 } from '@poai/core'
import { NEW_ACCOUNT } from '../state/account.ts'
import { bytesToKey } from '../state/byte-key.ts'
import type { StateReader } from '../state/state-reader.ts'
import { WorldState } from '../state/world-state.ts'

/** What a caller wants an account to be, whatever the state says. */
export interface AccountOverride {
  readonly address: Address
  readonly nonce?: bigint
  readonly balance?: bigint
  readonly code?: Uint8Array
  /** All of its storage: other slots are empty. Big-endian bytes. */
  readonly storage?: ReadonlyMap<Hash32, Uint8Array>
  /** Slots that differ; big-endian bytes. */
  readonly slots?: ReadonlyMap<Hash32, Uint8Array>
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

/** A state that begins as a copy of another one and is thrown away in the end. */
export class ImaginedState {
  readonly world: WorldState
  /** Accounts whose slots in the state below no longer count. */
  readonly #emptied = new Set<string>()

  constructor(state: StateReader) {
    this.world = new WorldState({
      account: (address) => state.account(address),
      code: (codeHash) => state.code(codeHash),
      storage: (address, slot) => (this.#emptied.has(bytesToKey(address)) ? NO_BYTES : state.storage(address, slot)),
    })
  }

  /** For use between messages. Holds from then on. */
  override(accounts: readonly AccountOverride[]): void {
    for (const account of accounts) this.#override(account)
    this.world.endTransaction()
  }

  #override({ address, nonce, balance, code, storage, slots }: AccountOverride): void {
    const { world } = this
    const account = world.account(address) ?? NEW_ACCOUNT
    world.setAccount(address, { ...account, nonce: nonce ?? account.nonce, balance: balance ?? account.balance })
    if (code !== undefined) world.setCode(address, code)
    if (storage !== undefined) {
      world.clearStorage(address)
      this.#emptied.add(bytesToKey(address))
    }
    for (const [slot, value] of storage ?? slots ?? []) {
      const zeros = value.findIndex((byte) => byte !== 0)
      world.setSlot(address, slot, zeros === -1 ? NO_BYTES : value.slice(zeros))
    }
  }
}

/** A world for one call. */
export function imagine(state: StateReader, overrides: readonly AccountOverride[]): WorldState {
  if (overrides.length === 0) return new WorldState(state)
  const imagined = new ImaginedState(state)
  imagined.override(overrides)
  return imagined.world
}
