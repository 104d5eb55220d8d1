import type { EVM } from '@ethereumjs/evm'
import { bytesToUnprefixedHex, type Account as EvmAccount, type Address as EvmAddress } from '@ethereumjs/util'
import { invariant } from '@poai/core'
import type { EvmStateManager } from './evm-state-manager.ts'

/** What EthereumJS's own journal does and the EVM needs. */
type EvmJournal = Pick<EVM['journal'], keyof EVM['journal']>

/** What became warm, and goes cold again if the frame that touched it is undone. */
type Warmed = { readonly address: string; readonly slot: string | undefined }

/**
 * Which accounts and slots are warm (EIP-2929), and the checkpoints of the state with them; names are hexadecimal
 * without prefix. It replaces EthereumJS's journal, in which every undone call copies the list of all calls before it:
 * a block of such calls would take a time that grows with the square of its gas (measured: `npm run bench --
 * execution-worst-case`).
 */
export class AccessJournal implements EvmJournal {
  private readonly state: EvmStateManager
  /** Names of precompiles, which are warm for every message (EIP-2929). */
  private readonly builtIn: ReadonlySet<string>
  private readonly warm = new Map<string, Set<string>>()
  private readonly alwaysWarm = new Map<string, Set<string>>()
  private readonly warmed: Warmed[] = []
  private readonly checkpoints: number[] = []
  /** All that was touched, undone or not; undefined unless asked for. */
  accessList?: Map<string, Set<string>>

  constructor(state: EvmStateManager, builtIn: ReadonlySet<string>) {
    this.state = state
    this.builtIn = builtIn
  }

  startReportingAccessList(): void {
    this.accessList = new Map()
  }

  /** What is asked for of one message is not kept of the next. */
  stopReportingAccessList(): void {
    delete this.accessList
  }

  startReportingPreimages(): void {
    invariant(false, 'nobody asks for preimages')
  }

  putAccount(address: EvmAddress, account: EvmAccount | undefined): Promise<void> {
    return this.state.putAccount(address, account)
  }

  deleteAccount(address: EvmAddress): Promise<void> {
    return this.state.deleteAccount(address)
  }

  checkpoint(): Promise<void> {
    this.checkpoints.push(this.warmed.length)
    return this.state.checkpoint()
  }

  commit(): Promise<void> {
    invariant(this.checkpoints.pop() !== undefined, 'a commit follows a checkpoint')
    return this.state.commit()
  }

  revert(): Promise<void> {
    const length = this.checkpoints.pop()
    invariant(length !== undefined, 'a revert follows a checkpoint')
    for (let i = this.warmed.length - 1; i >= length; i--) {
      const { address, slot } = this.warmed[i] as Warmed
      if (slot === undefined) this.warm.delete(address)
      else this.warm.get(address)?.delete(slot)
    }
    this.warmed.length = length
    return this.state.revert()
  }

  /** What a transaction leaves behind is gone; the report of what it touched stays. */
  cleanJournal(): void {
    if (this.warm.size > 0) this.warm.clear()
    this.alwaysWarm.clear()
    this.warmed.length = 0
    this.checkpoints.length = 0
  }

  /** The state itself removes what is empty in the end. */
  cleanup(): Promise<void> {
    this.cleanJournal()
    return Promise.resolve()
  }

  /** The EVM names the delegate of a transaction's target with a prefix (EIP-7702), all else without. */
  addAlwaysWarmAddress(address: string, addToAccessList = false): void {
    const name = address.startsWith('0x') ? address.slice(2) : address
    addKey(this.alwaysWarm, name)
    if (addToAccessList) this.report(name)
  }

  addAlwaysWarmSlot(address: string, slot: string, addToAccessList = false): void {
    addKey(this.alwaysWarm, address).add(slot)
    if (addToAccessList) this.report(address, slot)
  }

  isWarmedAddress(address: Uint8Array): boolean {
    const name = bytesToUnprefixedHex(address)
    return this.warm.has(name) || this.alwaysWarm.has(name) || this.builtIn.has(name)
  }

  addWarmedAddress(address: Uint8Array): void {
    const name = bytesToUnprefixedHex(address)
    this.warmAddress(name)
    this.report(name)
  }

  isWarmedStorage(address: Uint8Array, slot: Uint8Array): boolean {
    const [name, slotName] = [bytesToUnprefixedHex(address), bytesToUnprefixedHex(slot)]
    return this.warm.get(name)?.has(slotName) === true || this.alwaysWarm.get(name)?.has(slotName) === true
  }

  addWarmedStorage(address: Uint8Array, slot: Uint8Array): void {
    const [name, slotName] = [bytesToUnprefixedHex(address), bytesToUnprefixedHex(slot)]
    const slots = this.warmAddress(name)
    if (!slots.has(slotName)) {
      slots.add(slotName)
      this.warmed.push({ address: name, slot: slotName })
    }
    this.report(name, slotName)
  }

  private warmAddress(name: string): Set<string> {
    const known = this.warm.get(name)
    if (known !== undefined) return known
    this.warmed.push({ address: name, slot: undefined })
    return addKey(this.warm, name)
  }

  private report(address: string, slot?: string): void {
    if (this.accessList === undefined) return
    const slots = addKey(this.accessList, address)
    if (slot !== undefined) slots.add(slot)
  }
}

function addKey(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = new Set<string>()
  map.set(key, created)
  return created
}
