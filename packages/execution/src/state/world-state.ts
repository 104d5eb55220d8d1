import {
  type Address,
  compareBytes,
  EMPTY_CODE_HASH,
  equalBytes,
  type Hash32,
  hash32,
  invariant,
  toAddress,
  toHash32,
} from '@poai/core'
import { type Account, hasCode, isEmptyAccount, NEW_ACCOUNT } from './account.ts'
import { bytesToKey, keyToBytes } from './byte-key.ts'
import { ExecutionError } from './execution-error.ts'
import type { AccountChange, CodeAddition, StateChanges, StorageChange } from './state-changes.ts'
import type { StateReader } from './state-reader.ts'

/** A value that a write replaced; what {@link WorldState.revert} puts back. */
type Undo =
  | { readonly kind: 'account'; readonly key: string; readonly previous: Account | undefined }
  | { readonly kind: 'slot'; readonly slots: Slots; readonly key: string; readonly previous: Uint8Array }

/** Slots of one account by key, as they are now. */
interface Slots {
  readonly current: Map<string, Uint8Array>
  /** As the running transaction found those that it wrote: what SSTORE's price depends on (EIP-2200). */
  readonly original: Map<string, Uint8Array>
  /** As the block found those that were read or written. */
  readonly atParent: Map<string, Uint8Array>
}

/** What a world has read of the state below it. */
export interface StateReads {
  /** In the order in which they were first read. */
  readonly accounts: readonly { readonly address: Address; readonly account: Account | undefined }[]
  readonly slots: readonly { readonly address: Address; readonly slot: Hash32; readonly value: Uint8Array }[]
}

const NO_BYTES: Uint8Array = new Uint8Array(0)
/** Code that a world keeps: more than a thousand of the largest contracts. Other code is read again at each call. */
const MAX_KNOWN_CODE_BYTES: number = 32 * 1024 * 1024

function keyToAddress(key: string): Address {
  return toAddress(keyToBytes(key))
}

/**
 * The state while a block is executed: reads go to the reader once and are kept, writes stay here, and every write can
 * be undone up to a checkpoint. Flat maps instead of a trie: roots are computed once a block. (Measured: 5 times the
 * transactions per CPU-second of EthereumJS's Merkle state with its caches.)
 */
export class WorldState {
  private readonly reader: StateReader
  private readonly accounts = new Map<string, Account | undefined>()
  private readonly accountsAtParent = new Map<string, Account | undefined>()
  private readonly storage = new Map<string, Slots>()
  private readonly newCode = new Map<string, Uint8Array>()
  private readonly knownCode = new Map<string, Uint8Array>()
  private knownCodeBytes = 0
  /** Since the transaction began. */
  private journal: Undo[] = []
  private readonly checkpoints: number[] = []
  /** Whose `original` is in use. */
  private readonly withOriginals = new Set<Slots>()

  constructor(reader: StateReader) {
    this.reader = reader
  }

  account(address: Uint8Array): Account | undefined {
    const key = bytesToKey(address)
    const known = this.accounts.get(key)
    if (known !== undefined || this.accounts.has(key)) return known
    const read = this.reader.account(toAddress(address))
    this.accounts.set(key, read)
    this.accountsAtParent.set(key, read)
    return read
  }

  /** Also marks the account as touched: if it is empty when the transaction ends, it goes (EIP-161). */
  setAccount(address: Uint8Array, account: Account | undefined): void {
    const previous = this.account(address)
    const key = bytesToKey(address)
    this.journal.push({ kind: 'account', key, previous })
    this.accounts.set(key, account)
  }

  addBalance(address: Uint8Array, amount: bigint): void {
    const account = this.account(address) ?? NEW_ACCOUNT
    this.setAccount(address, { ...account, balance: account.balance + amount })
  }

  /** Removes an account with its storage. It must have had none when the block began (EIP-6780 sees to that). */
  deleteAccount(address: Uint8Array): void {
    this.clearStorage(address)
    this.setAccount(address, undefined)
  }

  code(address: Uint8Array): Uint8Array {
    const account = this.account(address)
    if (account === undefined || !hasCode(account)) return NO_BYTES
    const code = this.codeOf(account.codeHash)
    if (code === undefined) throw new ExecutionError('EXECUTION_STATE_MISSING', 'the code of an account is missing')
    return code
  }

  /** The same object each time, as long as there is room: what is found out about it is found out once. */
  private codeOf(codeHash: Hash32): Uint8Array | undefined {
    const key = bytesToKey(codeHash)
    const known = this.newCode.get(key) ?? this.knownCode.get(key)
    if (known !== undefined) return known
    const read = this.reader.code(codeHash)
    if (read === undefined || this.knownCodeBytes + read.length > MAX_KNOWN_CODE_BYTES) return read
    this.knownCode.set(key, read)
    this.knownCodeBytes += read.length
    return read
  }

  setCode(address: Uint8Array, code: Uint8Array): void {
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : hash32(code)
    if (code.length > 0) this.newCode.set(bytesToKey(codeHash), code)
    this.setAccount(address, { ...(this.account(address) ?? NEW_ACCOUNT), codeHash })
  }

  /** Without leading zeros. */
  slot(address: Uint8Array, slot: Uint8Array): Uint8Array {
    return this.read(this.slotsOf(address), address, slot)
  }

  /** The slot as the running transaction found it. */
  originalSlot(address: Uint8Array, slot: Uint8Array): Uint8Array {
    const slots = this.slotsOf(address)
    return slots.original.get(bytesToKey(slot)) ?? this.read(slots, address, slot)
  }

  /** `value` without leading zeros. */
  setSlot(address: Uint8Array, slot: Uint8Array, value: Uint8Array): void {
    const slots = this.slotsOf(address)
    this.write(slots, bytesToKey(slot), { previous: this.read(slots, address, slot), value })
  }

  /** Zeroes every slot that this block wrote. */
  clearStorage(address: Uint8Array): void {
    const slots = this.storage.get(bytesToKey(address))
    if (slots === undefined) return
    for (const [key, previous] of slots.current) {
      if (previous.length > 0) this.write(slots, key, { previous, value: NO_BYTES })
    }
  }

  checkpoint(): void {
    this.checkpoints.push(this.journal.length)
  }

  /** Keeps what was written since the last checkpoint. */
  commit(): void {
    invariant(this.checkpoints.pop() !== undefined, 'a commit follows a checkpoint')
  }

  /** Undoes what was written since the last checkpoint. */
  revert(): void {
    const length = this.checkpoints.pop()
    invariant(length !== undefined, 'a revert follows a checkpoint')
    for (let i = this.journal.length - 1; i >= length; i--) {
      const undo = this.journal[i] as Undo
      if (undo.kind === 'account') this.accounts.set(undo.key, undo.previous)
      else undo.slots.current.set(undo.key, undo.previous)
    }
    this.journal.length = length
  }

  /** Undoes all that a transaction wrote, wherever it stopped. False if that was nothing. */
  undoTransaction(): boolean {
    const hasWritten = this.journal.length > 0
    this.checkpoints.length = 0
    this.checkpoints.push(0)
    this.revert()
    this.forgetOriginals()
    return hasWritten
  }

  /** Ends a transaction: accounts that it touched and left empty go, and the next one starts with a clean journal. */
  endTransaction(): void {
    invariant(this.checkpoints.length === 0, 'a transaction ends outside of all checkpoints')
    for (const undo of this.journal) {
      if (undo.kind !== 'account') continue
      const account = this.accounts.get(undo.key)
      if (account !== undefined && isEmptyAccount(account)) this.accounts.set(undo.key, undefined)
    }
    this.forgetOriginals()
    this.journal = []
  }

  /** The state as it is now, to build another world on. Valid until the next write here. */
  asReader(): StateReader {
    return {
      account: (address) => this.account(address),
      storage: (address, slot) => this.slot(address, slot),
      code: (codeHash) => this.codeOf(codeHash),
    }
  }

  /** All that was asked of the reader, as it answered: what an execution depends on. */
  reads(): StateReads {
    const accounts = [...this.accountsAtParent].map(([key, account]) => ({ address: keyToAddress(key), account }))
    const slots = [...this.storage].flatMap(([owner, { atParent }]) =>
      [...atParent].map(([key, value]) => ({
        address: keyToAddress(owner),
        slot: toHash32(keyToBytes(key)),
        value,
      })),
    )
    return { accounts, slots }
  }

  /** What differs from the state that the reader gave. */
  changes(): StateChanges {
    return { accounts: this.accountChanges(), storage: this.storageChanges(), code: this.codeAdditions() }
  }

  private forgetOriginals(): void {
    for (const slots of this.withOriginals) slots.original.clear()
    this.withOriginals.clear()
  }

  private slotsOf(address: Uint8Array): Slots {
    const key = bytesToKey(address)
    const known = this.storage.get(key)
    if (known !== undefined) return known
    const slots: Slots = { current: new Map(), original: new Map(), atParent: new Map() }
    this.storage.set(key, slots)
    return slots
  }

  private read(slots: Slots, address: Uint8Array, slot: Uint8Array): Uint8Array {
    const key = bytesToKey(slot)
    const known = slots.current.get(key)
    if (known !== undefined) return known
    const value = this.reader.storage(toAddress(address), toHash32(slot))
    slots.current.set(key, value)
    slots.atParent.set(key, value)
    return value
  }

  private write(slots: Slots, key: string, { previous, value }: { previous: Uint8Array; value: Uint8Array }): void {
    if (!slots.original.has(key)) slots.original.set(key, previous)
    this.withOriginals.add(slots)
    this.journal.push({ kind: 'slot', slots, key, previous })
    slots.current.set(key, value)
  }

  private accountChanges(): readonly AccountChange[] {
    const changes: AccountChange[] = []
    for (const key of [...this.accounts.keys()].sort()) {
      const previous = this.accountsAtParent.get(key)
      const next = this.accounts.get(key)
      if (previous === next || (previous !== undefined && next !== undefined && equalAccounts(previous, next))) continue
      changes.push({ address: keyToBytes(key) as Address, previous, next })
    }
    return changes
  }

  private storageChanges(): readonly StorageChange[] {
    const changes: StorageChange[] = []
    for (const owner of [...this.storage.keys()].sort()) {
      const { current, atParent } = this.storage.get(owner) as Slots
      const address = keyToBytes(owner) as Address
      for (const key of [...current.keys()].sort()) {
        const previous = atParent.get(key) ?? NO_BYTES
        const next = current.get(key) ?? NO_BYTES
        if (!equalBytes(previous, next)) changes.push({ address, slot: keyToBytes(key) as Hash32, previous, next })
      }
    }
    return changes
  }

  /** Only code that an account has in the end: a deployment may have been undone. */
  private codeAdditions(): readonly CodeAddition[] {
    const additions = new Map<string, CodeAddition>()
    for (const account of this.accounts.values()) {
      if (account === undefined || !hasCode(account)) continue
      const key = bytesToKey(account.codeHash)
      const code = this.newCode.get(key)
      if (code !== undefined) additions.set(key, { codeHash: account.codeHash, code })
    }
    return [...additions.values()].sort((a, b) => compareBytes(a.codeHash, b.codeHash))
  }
}

function equalAccounts(a: Account, b: Account): boolean {
  return (
    a.nonce === b.nonce &&
    a.balance === b.balance &&
    equalBytes(a.codeHash, b.codeHash) &&
    equalBytes(a.storageRoot, b.storageRoot)
  )
}
