import type { FlatTraceJson, RewardTraceJson } from '@poai/api/client'
import { bytesToHex, type Hex } from '@poai/core'
import { createdAddress } from '@poai/execution'
import { WALLETS } from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CallFrame, FrameCollector } from '../../../src/tracing/frame-collector.ts'
import { traceTransactions } from '../../../src/tracing/trace-transactions.ts'
import { type IndexedChain, openIndexedChain } from '../../support/indexed-chain.ts'
import { MINER, openMemoryChain } from '../../support/mining-chain.ts'
import { mineRandomly, seeded } from '../../support/random-workshop.ts'

// Every search is compared with one that executes the whole chain again and looks at every call.

const BLOCKS = 24

/** A transaction of the chain with all that happened in it. */
interface Lived {
  readonly number: number
  readonly hash: Hex
  readonly sender: Hex
  readonly nonce: bigint
  readonly touched: ReadonlySet<Hex>
  readonly creations: ReadonlyMap<Hex, Hex>
}

type Trace = FlatTraceJson | RewardTraceJson

let chain: IndexedChain

beforeAll(async () => {
  chain = await openIndexedChain()
  await mineRandomly(chain, 1, BLOCKS)
})

afterAll(() => chain.close())

function walk(
  root: CallFrame | undefined,
  isUndone: boolean,
  see: (frame: CallFrame, isUndone: boolean) => void,
): void {
  if (root === undefined) return
  const undone = isUndone || root.end?.failure !== undefined
  see(root, undone)
  for (const call of root.calls) walk(call, undone, see)
}

/** All transactions, in the order of the chain. */
async function liveAgain(): Promise<readonly Lived[]> {
  const lived: Lived[] = []
  const { view } = chain.context
  for (let number = 1n; number <= view.headNumber; number++) {
    const found = await view.block({ kind: 'number', number })
    if (found === undefined || found.block.body.transactions.length === 0) continue
    const traced = await traceTransactions(chain.context, {
      found,
      call: { signal: new AbortController().signal, pause: () => undefined, grow: () => undefined },
      createTracer: () => {
        const frames = new FrameCollector()
        const { onEnter, onExit } = frames
        return { hooks: { onEnter, onExit }, result: ({ changes }) => ({ root: frames.root, changes }) }
      },
    })
    for (const { mined, told } of traced) {
      const transaction = found.block.body.transactions[mined.index]
      const sender = found.senders[mined.index]
      if (transaction === undefined || sender === undefined) throw new Error('it was mined')
      const target = transaction.to ?? createdAddress(sender, transaction.nonce)
      const touched = new Set<Hex>([bytesToHex(sender), bytesToHex(target)])
      const creations = new Map<Hex, Hex>()
      const isThere = new Set(told.changes.accounts.flatMap(({ address, next }) => (next ? bytesToHex(address) : [])))
      walk(told.root, false, ({ start, end }, isUndone) => {
        for (const side of [start.from, start.to, end?.createdAddress]) if (side) touched.add(bytesToHex(side))
        const made = end?.createdAddress && bytesToHex(end.createdAddress)
        if (made !== undefined && !isUndone && isThere.has(made)) creations.set(made, bytesToHex(start.from))
      })
      const { nonce, hash } = transaction
      lived.push({
        number: Number(number),
        hash: bytesToHex(hash),
        sender: bytesToHex(sender),
        nonce,
        touched,
        creations,
      })
    }
  }
  return lived
}

interface Page {
  readonly txs: readonly { readonly hash: Hex; readonly blockNumber: Hex }[]
  readonly receipts: readonly { readonly transactionHash: Hex }[]
  readonly firstPage: boolean
  readonly lastPage: boolean
}

/** All pages from one end to the other; the newest first. */
async function allPages(of: Hex, direction: 'Before' | 'After', size: number): Promise<readonly Hex[]> {
  const hashes: Hex[] = []
  for (let block = 0; ; ) {
    const page = (await chain.call(`ots_searchTransactions${direction}`, of, block, size)) as Page
    expect(page.receipts.map(({ transactionHash }) => transactionHash)).toEqual(page.txs.map(({ hash }) => hash))
    const found = page.txs.map(({ hash }) => hash)
    if (direction === 'Before') hashes.push(...found)
    else hashes.unshift(...found)
    expect(direction === 'Before' ? page.firstPage : page.lastPage).toBe(block === 0)
    if (direction === 'Before' ? page.lastPage : page.firstPage) return hashes
    expect(page.txs.length).toBeGreaterThanOrEqual(size)
    block = Number((direction === 'Before' ? page.txs.at(-1) : page.txs[0])?.blockNumber)
  }
}

function sidesOf(trace: Trace): { readonly from: unknown; readonly to: unknown } {
  const action = trace.action as Readonly<Record<string, unknown>>
  const result = trace.result as Readonly<Record<string, unknown>> | null
  if (trace.type === 'reward') return { from: undefined, to: action['author'] }
  if (trace.type === 'suicide') return { from: action['address'], to: action['refundAddress'] }
  return { from: action['from'], to: trace.type === 'create' ? result?.['address'] : action['to'] }
}

async function compareEverything(seed: number): Promise<void> {
  await chain.untilIndexed()
  const lived = await liveAgain()
  const universe = [...new Set(lived.flatMap(({ touched }) => [...touched]))]
  const random = seeded(seed)
  for (const address of universe) {
    const expected = lived.filter(({ touched }) => touched.has(address)).map(({ hash }) => hash)
    const size = 1 + random(12)
    expect(await allPages(address, 'Before', size)).toEqual(expected.toReversed())
    expect(await allPages(address, 'After', size)).toEqual(expected.toReversed())
    const made = lived.findLast(({ creations }) => creations.has(address))
    expect(await chain.call('ots_getContractCreator', address)).toEqual(
      made === undefined ? null : { hash: made.hash, creator: made.creations.get(address) },
    )
  }
  for (const { sender, nonce, hash } of lived)
    expect(await chain.call('ots_getTransactionBySenderAndNonce', sender, `0x${nonce.toString(16)}`)).toBe(hash)

  const traces: Trace[] = []
  for (let number = 1; number <= BLOCKS; number++)
    traces.push(...((await chain.call('trace_block', `0x${number.toString(16)}`)) as readonly Trace[]))
  const anybody = [...universe, bytesToHex(MINER.address), `0x${'ab'.repeat(20)}` as const]
  const some = (): readonly Hex[] => Array.from({ length: random(4) }, () => anybody[random(anybody.length)] as Hex)
  for (let round = 0; round < 60; round++) {
    const [fromAddress, toAddress] = [some(), some()]
    const mode = random(2) === 0 ? 'union' : 'intersection'
    const fromBlock = random(BLOCKS)
    const toBlock = fromBlock + random(BLOCKS - fromBlock + 1)
    const [after, count] = [random(4), random(2) === 0 ? undefined : random(20)]
    const expected = traces.filter((trace) => {
      if (trace.blockNumber < fromBlock || trace.blockNumber > toBlock) return false
      const { from, to } = sidesOf(trace)
      const [isFrom, isTo] = [fromAddress.some((one) => one === from), toAddress.some((one) => one === to)]
      if (fromAddress.length === 0) return toAddress.length === 0 || isTo
      if (toAddress.length === 0) return isFrom
      return mode === 'union' ? isFrom || isTo : isFrom && isTo
    })
    const question = {
      fromBlock,
      toBlock,
      fromAddress,
      toAddress,
      mode,
      after,
      ...(count === undefined ? {} : { count }),
    }
    const answer = await chain.call('trace_filter', question)
    expect(answer, JSON.stringify(question)).toEqual(
      expected.slice(after, count === undefined ? undefined : after + count),
    )
  }
}

describe('with an index, every search finds what a look at all calls finds', () => {
  it('on a chain that grew', async () => {
    await compareEverything(2)
    const lived = await liveAgain()
    // The chain has something of everything.
    expect(lived.some(({ creations, sender }) => [...creations.values()].some((creator) => creator !== sender))).toBe(
      true,
    )
    expect(lived.filter(({ touched }) => touched.has(`0x${'00'.repeat(19)}04`))).not.toHaveLength(0)
  })

  it('after all of it has left', async () => {
    const other = await openMemoryChain()
    await mineRandomly(other, 3, BLOCKS + 1)
    const branchWork = other.chain.head().totalWork
    for (let number = 1n; number <= other.chain.head().number; number++) {
      const block = await other.chain.queries.block(number)
      if (block !== undefined) await chain.chain.importBlock(block, { branchWork })
    }
    await other.close()
    const { number, hash } = chain.chain.head()
    expect([number, bytesToHex(hash)]).toEqual([BigInt(BLOCKS + 1), bytesToHex(other.chain.head().hash)])
    await compareEverything(4)
  })
})

it('finds what does not exist nowhere', async () => {
  await chain.untilIndexed()
  const nobody = `0x${'ab'.repeat(20)}`
  expect(await chain.call('ots_searchTransactionsBefore', nobody, 0, 25)).toEqual({
    ...{ txs: [], receipts: [], firstPage: true, lastPage: true },
  })
  expect(await chain.call('ots_searchTransactionsAfter', nobody, 10_000, 25)).toMatchObject({
    txs: [],
    firstPage: true,
  })
  expect(await chain.call('ots_getTransactionBySenderAndNonce', nobody, '0x0')).toBeNull()
  const alice = bytesToHex(WALLETS[0]?.address ?? new Uint8Array(20))
  expect(await chain.call('ots_getTransactionBySenderAndNonce', alice, `0x${'ff'.repeat(9)}`)).toBeNull()
  expect(await chain.call('ots_getContractCreator', alice)).toBeNull()
})
