import {
  type Address,
  bytesToHex,
  EMPTY_CODE_HASH,
  encodeRlp,
  equalBytes,
  type Hash32,
  hash32,
  toAddress,
  toHash32,
  uint64Field,
  uint256Field,
} from '@poai/core'
import type { Account, StateCommit, StateReader, TrieOwner } from '../../src/index.ts'
import type { Random } from './random.ts'
import { buildTrie } from './trie-nodes.ts'

/** One account with its slots, by number. */
export interface ModelAccount {
  readonly nonce: bigint
  readonly balance: bigint
  readonly code: Uint8Array
  readonly slots: ReadonlyMap<number, Uint8Array>
}

/** A whole state in memory: what the store must agree with. Never changed in place. */
export type ModelState = ReadonlyMap<number, ModelAccount>

/** Few enough that histories meet the same ones again and again. */
export const ACCOUNT_COUNT = 14
export const SLOT_COUNT = 5
const NOTHING = new Uint8Array(0)

export function addressOf(index: number): Address {
  return toAddress(new Uint8Array(20).fill(index + 1))
}

export function slotOf(index: number): Hash32 {
  return toHash32(new Uint8Array(32).fill(index + 1))
}

/** A following state: a few accounts and slots come, change and go. */
export function nextState(state: ModelState, random: Random): ModelState {
  const next = new Map(state)
  for (let i = random.next(6); i >= 0; i--) {
    const index = random.next(ACCOUNT_COUNT)
    const account = next.get(index) ?? { nonce: 0n, balance: 1n, code: NOTHING, slots: new Map() }
    const kind = random.next(8)
    if (kind === 0) next.delete(index)
    else if (kind === 1) next.set(index, { ...account, code: Uint8Array.of(0x60, random.next(4)) })
    else if (kind <= 4) next.set(index, { ...account, slots: changeSlot(account.slots, random) })
    else next.set(index, { ...account, nonce: account.nonce + 1n, balance: BigInt(random.next(1_000_000)) })
  }
  return next
}

function changeSlot(slots: ReadonlyMap<number, Uint8Array>, random: Random): ReadonlyMap<number, Uint8Array> {
  const next = new Map(slots)
  const index = random.next(SLOT_COUNT)
  if (random.next(3) === 0) next.delete(index)
  else next.set(index, Uint8Array.of(1 + random.next(255), random.next(256)))
  return next
}

interface BuiltState {
  readonly root: Hash32
  readonly accounts: ReadonlyMap<number, Account>
  readonly tries: ReadonlyMap<number | 'accounts', ReadonlyMap<string, Uint8Array>>
}

/** States are built once however often they are compared. */
const built = new WeakMap<ModelState, BuiltState>()

function buildState(state: ModelState): BuiltState {
  const known = built.get(state) ?? buildNewState(state)
  built.set(state, known)
  return known
}

function buildNewState(state: ModelState): BuiltState {
  const tries = new Map<number | 'accounts', ReadonlyMap<string, Uint8Array>>()
  const accounts = new Map<number, Account>()
  const leaves: (readonly [Uint8Array, Uint8Array])[] = []
  for (const [index, { nonce, balance, code, slots }] of state) {
    const storage = buildTrie([...slots].map(([slot, value]) => [hash32(slotOf(slot)), encodeRlp(value)]))
    tries.set(index, storage.nodes)
    const codeHash = code.length === 0 ? EMPTY_CODE_HASH : hash32(code)
    accounts.set(index, { nonce, balance, storageRoot: storage.root, codeHash })
    const members = [uint64Field.toItem(nonce), uint256Field.toItem(balance), storage.root, codeHash]
    leaves.push([hash32(addressOf(index)), encodeRlp(members)])
  }
  const trie = buildTrie(leaves)
  tries.set('accounts', trie.nodes)
  return { root: trie.root, accounts, tries }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalBytes(a, b)
}

/** What turns one state into the other, as execution hands it to the store. */
export function commitBetween(before: ModelState, after: ModelState): StateCommit & { readonly stateRoot: Hash32 } {
  const [old, fresh] = [buildState(before), buildState(after)]
  const accounts: StateCommit['changes']['accounts'][number][] = []
  const storage: StateCommit['changes']['storage'][number][] = []
  for (let index = 0; index < ACCOUNT_COUNT; index++) {
    const address = addressOf(index)
    const [previous, next] = [old.accounts.get(index), fresh.accounts.get(index)]
    if (describeAccount(previous) !== describeAccount(next)) accounts.push({ address, next })
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const value = after.get(index)?.slots.get(slot)
      if (!sameBytes(before.get(index)?.slots.get(slot), value))
        storage.push({ address, slot: slotOf(slot), next: value ?? NOTHING })
    }
  }
  const code = [...after.values()]
    .filter((account) => account.code.length > 0)
    .map((account) => ({ codeHash: hash32(account.code), code: account.code }))
  return { stateRoot: fresh.root, changes: { accounts, storage, code }, trieChanges: nodeChanges(old, fresh) }
}

function describeAccount(account: Account | undefined): string {
  if (account === undefined) return 'none'
  const { nonce, balance, storageRoot, codeHash } = account
  return `nonce ${nonce}, balance ${balance}, storage ${bytesToHex(storageRoot)}, code ${bytesToHex(codeHash)}`
}

function nodeChanges(old: BuiltState, fresh: BuiltState): StateCommit['trieChanges'] {
  const changes: StateCommit['trieChanges'][number][] = []
  for (const key of new Set([...old.tries.keys(), ...fresh.tries.keys()])) {
    const owner: TrieOwner = key === 'accounts' ? key : addressOf(key)
    const [before, after] = [old.tries.get(key), fresh.tries.get(key)]
    for (const path of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])])) {
      const next = after?.get(path)
      const nibbles = Uint8Array.from(path, (digit) => Number.parseInt(digit, 16))
      if (!sameBytes(before?.get(path), next)) changes.push({ owner, path: nibbles, next })
    }
  }
  return changes
}

/** The first place where a reader and the model disagree, or undefined. */
export function differenceFrom(state: ModelState, reader: StateReader): string | undefined {
  const { accounts } = buildState(state)
  for (let index = 0; index < ACCOUNT_COUNT; index++) {
    const read = describeAccount(reader.account(addressOf(index)))
    const expected = describeAccount(accounts.get(index))
    if (read !== expected) return `account ${index}: expected ${expected}, read ${read}`
    const code = state.get(index)?.code ?? NOTHING
    if (code.length > 0 && !sameBytes(reader.code(hash32(code)), code)) return `code of account ${index}`
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      const value = reader.storage(addressOf(index), slotOf(slot))
      if (!equalBytes(value, state.get(index)?.slots.get(slot) ?? NOTHING)) return `slot ${slot} of account ${index}`
    }
  }
  return undefined
}
