import {
  ADDRESS_BYTES,
  EMPTY_CODE_HASH,
  EMPTY_TRIE_ROOT,
  encodeRlp,
  equalBytes,
  type Hash32,
  hash32,
  toAddress,
} from '@poai/core'
import { hashedKey, tableRange } from '../keys.ts'
import { accountCodec } from '../state/account-record.ts'
import type { TrieOwner } from '../state/state-changes.ts'
import { decodeFlat } from '../state/version-chain.ts'
import type { Store } from '../store/store.ts'
import { walkTrie } from './check-trie.ts'
import { EntrySum } from './entry-sum.ts'
import type { FaultReport } from './fault.ts'

/** What the checks of the state work with. */
export interface StateChecks {
  readonly store: Store
  readonly report: FaultReport
  readonly onAccount: (count: number) => void
  /** Called now and then while a trie is walked. */
  readonly pause: () => Promise<void>
}

/**
 * The whole state: every trie node hashes to what its parent says, up to the head's state root; the leaves are the flat
 * values, no more and no fewer; code is there and hashes to its name; no node is left over.
 */
export async function checkState(checks: StateChecks, stateRoot: Hash32): Promise<void> {
  const { store, report } = checks
  const flat = new EntrySum()
  let slotNodes = 0
  for await (const [key, bytes] of store.entries(tableRange('accounts'))) {
    if (report.isFull()) return
    const { value } = decodeFlat(bytes)
    if (value.length === 0) continue
    const address = toAddress(key.subarray(1))
    flat.add(hash32(address), value)
    const { storageRoot, codeHash } = accountCodec.decode(value)
    const codeKey = hashedKey('code', codeHash)
    if (!equalBytes(codeHash, EMPTY_CODE_HASH) && store.getSync(codeKey) === undefined)
      report.add('missing', 'the code of an account is not there', codeKey)
    const slots = await sumSlots(store, address)
    slotNodes += await checkTrie(checks, { owner: address, root: storageRoot, flat: slots })
    checks.onAccount(flat.count)
  }
  await checkCode(checks)
  const accountNodes = await checkTrie(checks, { owner: 'accounts', root: stateRoot, flat })
  await checkNodeCount(checks, 'accountNodes', accountNodes)
  await checkNodeCount(checks, 'slotNodes', slotNodes)
}

/** Also code that only states of the past use. */
async function checkCode({ store, report }: StateChecks): Promise<void> {
  for await (const [key, code] of store.entries(tableRange('code'))) {
    if (!equalBytes(hash32(code), key.subarray(1))) report.add('wrong-hash', 'code has another hash', key)
  }
}

async function sumSlots(store: Store, address: Uint8Array): Promise<EntrySum> {
  const sum = new EntrySum()
  for await (const [key, bytes] of store.entries(tableRange('slots', address))) {
    const { value } = decodeFlat(bytes)
    if (value.length > 0) sum.add(hash32(key.subarray(1 + ADDRESS_BYTES)), encodeRlp(value))
  }
  return sum
}

interface CheckedRoot {
  readonly owner: TrieOwner
  readonly root: Hash32
  readonly flat: EntrySum
}

/** How many nodes of the trie stand by themselves. */
async function checkTrie({ store, report, pause }: StateChecks, { owner, root, flat }: CheckedRoot): Promise<number> {
  if (flat.count === 0 && equalBytes(root, EMPTY_TRIE_ROOT)) return 0
  const walk = await walkTrie({ reader: store, report, pause }, { owner, root })
  if (walk.leaves.equals(flat)) return walk.nodes
  const what = owner === 'accounts' ? 'accounts' : 'slots of an account'
  const found = `${flat.count} flat values, ${walk.leaves.count} leaves`
  const key = owner === 'accounts' ? tableRange('accounts').gte : tableRange('slots', owner).gte
  report.add('wrong-root', `the flat ${what} are not those of the trie (${found})`, key)
  return walk.nodes
}

async function checkNodeCount(
  { store, report }: StateChecks,
  table: 'accountNodes' | 'slotNodes',
  reached: number,
): Promise<void> {
  let count = 0
  for await (const _ of store.entries(tableRange(table))) count++
  // Nodes that are missing were reported where they were looked for.
  if (count > reached) report.add('orphan', `${count - reached} trie nodes are in no trie`, tableRange(table).gte)
}
