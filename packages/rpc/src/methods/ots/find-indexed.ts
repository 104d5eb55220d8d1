import type { Call } from '@poai/api'
import type { AccountIndex } from '@poai/chain'
import { type Address, equalBytes, invariant, type Transaction } from '@poai/core'
import type { MethodContext } from '../method-context.ts'
import type { FoundInBlock, SearchOutcome } from './find-transactions.ts'

type IndexedContext = Pick<MethodContext, 'view' | 'chain' | 'accountIndex'>

/** A place in the chain, as the index has it. */
interface Place {
  readonly number: bigint
  readonly index: number
}

/** Which page of an account's transactions. */
export interface IndexSearch {
  readonly of: Address
  /** The first block to look at. */
  readonly start: bigint
  readonly direction: 'up' | 'down'
  /** Whole blocks are added until there are this many. */
  readonly atLeast: number
  readonly call: Pick<Call, 'pause' | 'signal'>
}

/** Searches that meet a reorganisation begin again, so often. */
const MAX_TRIES = 3

/** What `findTransactions` finds, and what contracts did. Undefined if there is no index, or one that is behind. */
export function findIndexed(context: IndexedContext, search: IndexSearch): Promise<SearchOutcome | undefined> {
  const { of, start, direction, atLeast, call } = search
  return askIndex(context, call, async (reader, head) => {
    const range = direction === 'up' ? { from: start, to: head } : { from: 0n, to: start < head ? start : head }
    const places: Place[] = []
    let isComplete = true
    if (range.from <= range.to) {
      for await (const place of reader.touched(of, { ...range, reverse: direction === 'down' })) {
        const rest = call.pause()
        if (rest !== undefined) await rest
        if (places.length >= atLeast && places.at(-1)?.number !== place.number) {
          isComplete = false
          break
        }
        places.push(place)
      }
    }
    const hits = await readHits(context, places, call)
    return hits && { hits, isComplete }
  })
}

/** The transaction at the place that the index names. Null if it names none, undefined if it cannot tell. */
export async function findOneIndexed<Named extends Place>(
  context: IndexedContext,
  call: IndexSearch['call'],
  ask: (reader: AccountIndex['reader']) => Named | undefined,
): Promise<{ readonly named: Named; readonly transaction: Transaction } | null | undefined> {
  return askIndex(context, call, async (reader) => {
    const named = ask(reader)
    if (named === undefined) return null
    const block = await context.chain.queries.block(named.number)
    const transaction = block?.body.transactions[named.index]
    return transaction && { named, transaction }
  })
}

/** Asks an index that goes up to the head, and asks again if the chain has changed meanwhile. */
async function askIndex<Answer>(
  { view, accountIndex }: IndexedContext,
  call: IndexSearch['call'],
  ask: (reader: AccountIndex['reader'], head: bigint) => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  for (let tries = 0; accountIndex !== undefined && tries < MAX_TRIES; tries++) {
    const head = view.headNumber
    if (!(await accountIndex.reaches(head, call.signal))) return undefined
    const before = view.canonicalHash(head)
    const answer = await ask(accountIndex.reader, head)
    const after = view.canonicalHash(head)
    if (before !== undefined && after !== undefined && equalBytes(before, after)) return answer
  }
  return undefined
}

/** The transactions at these places, each block read once. Undefined if the chain has changed. */
async function readHits(
  { view, chain }: IndexedContext,
  places: readonly Place[],
  call: IndexSearch['call'],
): Promise<readonly FoundInBlock[] | undefined> {
  const hits: FoundInBlock[] = []
  for (const [number, inBlock] of Map.groupBy(places, (place) => place.number)) {
    const rest = call.pause()
    if (rest !== undefined) await rest
    const named = view.header({ kind: 'number', number })
    const block = named && (await chain.queries.block(named.hash))
    if (named === undefined || block === undefined) return undefined
    const { transactions } = block.body
    const wanted = inBlock.flatMap(({ index }) => transactions[index] ?? [])
    if (wanted.length !== inBlock.length) return undefined
    // Of the others nobody asks for the sender, which takes a tenth of a millisecond.
    const recovered = await view.senders(wanted)
    const senders: Address[] = []
    for (const [at, { index }] of inBlock.entries()) {
      const sender = recovered[at]
      invariant(sender !== undefined, 'every transaction has its sender')
      senders[index] = sender
    }
    const found = { ...named, block, senders }
    for (const { index } of inBlock) hits.push({ found, index })
  }
  return hits
}
