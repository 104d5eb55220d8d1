import type { StateManagerInterface } from '@ethereumjs/common'
import { Account as EvmAccount, type Address as EvmAddress } from '@ethereumjs/util'
import { InvariantError, toHash32 } from '@poai/core'
import type { Account } from '../state/account.ts'
import { NEW_ACCOUNT } from '../state/account.ts'
import type { WorldState } from '../state/world-state.ts'

/** Most calls return nothing: one promise serves them all. */
const DONE: Promise<void> = Promise.resolve()

/** A copy: the EVM changes accounts in place before it puts them back. */
function toEvmAccount(account: Account): EvmAccount {
  return new EvmAccount(account.nonce, account.balance, account.storageRoot, account.codeHash)
}

function fromEvmAccount(account: EvmAccount): Account {
  const { nonce, balance, storageRoot, codeHash } = account
  return { nonce, balance, storageRoot: toHash32(storageRoot), codeHash: toHash32(codeHash) }
}

function notDuringExecution(what: string): InvariantError {
  return new InvariantError(`the EVM asked for ${what}, which only exists between blocks`)
}

/**
 * What EthereumJS's EVM needs from a state, over ours. Roots do not exist while transactions run: they are made once a
 * block.
 */
export class EvmStateManager implements StateManagerInterface {
  private world: WorldState
  readonly originalStorageCache: StateManagerInterface['originalStorageCache']

  constructor(world: WorldState) {
    this.world = world
    this.originalStorageCache = {
      get: (address, key) => Promise.resolve(this.world.originalSlot(address.bytes, key)),
      clear: () => {},
    }
  }

  /** From now on over another world: between messages only. */
  moveTo(world: WorldState): void {
    this.world = world
  }

  getAccount(address: EvmAddress): Promise<EvmAccount | undefined> {
    const account = this.world.account(address.bytes)
    return Promise.resolve(account === undefined ? undefined : toEvmAccount(account))
  }

  putAccount(address: EvmAddress, account?: EvmAccount): Promise<void> {
    this.world.setAccount(address.bytes, account === undefined ? undefined : fromEvmAccount(account))
    return DONE
  }

  deleteAccount(address: EvmAddress): Promise<void> {
    this.world.deleteAccount(address.bytes)
    return DONE
  }

  modifyAccountFields(
    address: EvmAddress,
    fields: Parameters<StateManagerInterface['modifyAccountFields']>[1],
  ): Promise<void> {
    const account = this.world.account(address.bytes) ?? NEW_ACCOUNT
    const { nonce = account.nonce, balance = account.balance } = fields
    this.world.setAccount(address.bytes, { ...account, nonce, balance })
    return DONE
  }

  putCode(address: EvmAddress, code: Uint8Array): Promise<void> {
    this.world.setCode(address.bytes, code)
    return DONE
  }

  getCode(address: EvmAddress): Promise<Uint8Array> {
    return Promise.resolve(this.world.code(address.bytes))
  }

  getCodeSize(address: EvmAddress): Promise<number> {
    return Promise.resolve(this.world.code(address.bytes).length)
  }

  getStorage(address: EvmAddress, key: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(this.world.slot(address.bytes, key))
  }

  putStorage(address: EvmAddress, key: Uint8Array, value: Uint8Array): Promise<void> {
    this.world.setSlot(address.bytes, key, withoutLeadingZeros(value))
    return DONE
  }

  clearStorage(address: EvmAddress): Promise<void> {
    this.world.clearStorage(address.bytes)
    return DONE
  }

  checkpoint(): Promise<void> {
    this.world.checkpoint()
    return DONE
  }

  commit(): Promise<void> {
    this.world.commit()
    return DONE
  }

  revert(): Promise<void> {
    this.world.revert()
    return DONE
  }

  getStateRoot(): Promise<Uint8Array> {
    throw notDuringExecution('the state root')
  }

  setStateRoot(): Promise<void> {
    throw notDuringExecution('another state root')
  }

  hasStateRoot(): Promise<boolean> {
    throw notDuringExecution('a known state root')
  }

  clearCaches(): void {}

  shallowCopy(): StateManagerInterface {
    throw notDuringExecution('a copy of the state')
  }
}

function withoutLeadingZeros(value: Uint8Array): Uint8Array {
  let zeros = 0
  while (zeros < value.length && value[zeros] === 0) zeros++
  return value.slice(zeros)
}
