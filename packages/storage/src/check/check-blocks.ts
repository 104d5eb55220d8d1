import {
  type BlockCodecs,
  type Body,
  concatBytes,
  equalBytes,
  type Hash32,
  type Header,
  hash32,
  headerCodec,
  isBodyOf,
  receiptsRoot,
  toHash32,
} from '@poai/core'
import { decodeLocation } from '../blocks/block-store.ts'
import { type ChainHead, readHead } from '../blocks/chain-head.ts'
import { decodeReceipts } from '../blocks/receipts-record.ts'
import { decodeNumber, hashedKey, keyOf, NUMBER_BYTES, numberedKey, tableRange } from '../keys.ts'
import { readHorizons } from '../prune/horizons.ts'
import type { Store } from '../store/store.ts'
import type { FaultReport } from './fault.ts'

/** What the checks of blocks work with. */
export interface BlockChecks {
  readonly store: Store
  readonly codecs: Pick<BlockCodecs, 'body'>
  readonly report: FaultReport
  /** Recompute the roots of bodies and receipts, and look at every transaction. */
  readonly isDeep: boolean
  readonly onBlock: (number: bigint, head: bigint) => void
}

/**
 * Every canonical block from the genesis block to the head: there, linked, with its records and its places in the
 * indexes.
 */
export async function checkCanonicalBlocks(checks: BlockChecks, head: ChainHead): Promise<void> {
  const { store, report } = checks
  let parent: Hash32 | undefined
  let expected = 0n
  for await (const [key, bytes] of store.entries(tableRange('canonical'))) {
    if (report.isFull()) return
    const number = decodeNumber(key, 1)
    for (; expected < number; expected++) report.add('missing', `no canonical block ${expected}`, key)
    const hash = toHash32(bytes)
    const header = checkHeader(checks, hash, number)
    if (header !== undefined && parent !== undefined && !equalBytes(header.parentHash, parent))
      report.add('wrong-link', `block ${number} does not follow block ${number - 1n}`, hashedKey('headers', hash))
    if (header !== undefined) await checkRecords(checks, hash, header)
    parent = hash
    expected = number + 1n
    checks.onBlock(number, head.number)
  }
  if (expected !== head.number + 1n)
    report.add(
      'wrong-index',
      `the head is block ${head.number}, the canonical chain ends before ${expected}`,
      keyOf('head'),
    )
  else if (parent !== undefined && !equalBytes(parent, head.hash))
    report.add('wrong-index', 'the head is not the last canonical block', keyOf('head'))
}

function checkHeader({ store, report }: BlockChecks, hash: Hash32, number: bigint): Header | undefined {
  const key = hashedKey('headers', hash)
  const bytes = store.getSync(key)
  if (bytes === undefined) {
    report.add('missing', `no header of block ${number}`, key)
    return undefined
  }
  if (!equalBytes(hash32(bytes), hash)) {
    report.add('wrong-hash', `the header of block ${number} has another hash`, key)
    return undefined
  }
  const header = headerCodec.decode(bytes)
  if (header.number !== number) report.add('wrong-index', `block ${header.number} stands at ${number}`, key)
  const places = [
    concatBytes(numberedKey('heights', header.number), hash),
    keyOf('children', header.parentHash, hash),
    hashedKey('contexts', hash),
  ]
  for (const place of places)
    if (store.getSync(place) === undefined) report.add('missing', `block ${number} is not indexed`, place)
  return header
}

async function checkRecords(checks: BlockChecks, hash: Hash32, header: Header): Promise<void> {
  const { store, report, isDeep } = checks
  if (header.number > 0n && header.number < readHorizons(store).blocks) return
  for (const table of ['bodies', 'receipts'] as const) {
    const key = hashedKey(table, hash)
    const bytes = await store.get(key)
    if (bytes === undefined) {
      report.add('missing', `no ${table} of block ${header.number}`, key)
      continue
    }
    if (!isDeep) continue
    try {
      if (table === 'bodies') checkBody(checks, { hash, header, body: checks.codecs.body.decode(bytes) })
      else if (!equalBytes(receiptsRoot(decodeReceipts(bytes)), header.receiptsRoot))
        report.add('wrong-root', `the receipts of block ${header.number} have another root`, key)
    } catch {
      report.add('undecodable', `the ${table} of block ${header.number} cannot be decoded`, key)
    }
  }
}

interface CheckedBody {
  readonly hash: Hash32
  readonly header: Header
  readonly body: Body
}

function checkBody({ store, report }: BlockChecks, { hash, header, body }: CheckedBody): void {
  if (!isBodyOf(header, body))
    report.add('wrong-root', `the body of block ${header.number} has another root`, hashedKey('bodies', hash))
  body.transactions.forEach((transaction, index) => {
    const key = hashedKey('transactions', transaction.hash)
    const bytes = store.getSync(key)
    const location = bytes === undefined ? undefined : decodeLocation(bytes)
    if (location === undefined || location.index !== index || !equalBytes(location.blockHash, hash))
      report.add('wrong-index', `transaction ${index} of block ${header.number} is not found by its hash`, key)
  })
}

/** Index entries that lead nowhere, and blocks of side branches that pruning should have taken. */
export async function checkOrphans(
  { store, report }: Pick<BlockChecks, 'store' | 'report'>,
  onEntry: (count: number) => void,
): Promise<void> {
  const { branches } = readHorizons(store)
  let entries = 0
  for await (const [key] of store.entries(tableRange('heights'))) {
    if (report.isFull()) return
    onEntry(++entries)
    const number = decodeNumber(key, 1)
    const hash = key.subarray(1 + NUMBER_BYTES)
    if (store.getSync(hashedKey('headers', hash)) === undefined)
      report.add('orphan', `a block at height ${number} has no header`, key)
    const canonical = store.getSync(numberedKey('canonical', number))
    if (number > 0n && number < branches && (canonical === undefined || !equalBytes(canonical, hash)))
      report.add('orphan', `a side branch at height ${number} was not pruned`, key)
  }
  for (const table of ['contexts', 'bodies', 'receipts'] as const) {
    for await (const [key] of store.entries(tableRange(table))) {
      if (report.isFull()) return
      onEntry(++entries)
      if (store.getSync(hashedKey('headers', key.subarray(1))) === undefined)
        report.add('orphan', `a record in ${table} has no header`, key)
    }
  }
  for await (const [key, bytes] of store.entries(tableRange('transactions'))) {
    if (report.isFull()) return
    onEntry(++entries)
    if (!isCanonical(store, decodeLocation(bytes).blockHash))
      report.add('orphan', 'a transaction is indexed in a block that is not canonical', key)
  }
}

function isCanonical(store: Store, hash: Hash32): boolean {
  const bytes = store.getSync(hashedKey('headers', hash))
  if (bytes === undefined) return false
  const canonical = store.getSync(numberedKey('canonical', headerCodec.decode(bytes).number))
  return canonical !== undefined && equalBytes(canonical, hash)
}

/** The state root that the head commits to, if there is a head with a header. */
export function headStateRoot(store: Store): Hash32 | undefined {
  const head = readHead(store)
  const bytes = head === undefined ? undefined : store.getSync(hashedKey('headers', head.hash))
  return bytes === undefined ? undefined : headerCodec.decode(bytes).stateRoot
}
