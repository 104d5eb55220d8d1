import { readFile, writeFile } from 'node:fs/promises'
import { bytesToHex } from '@poai/core'
import { WALLETS } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTracedChain, type TracedChain } from '../../support/traced-chain.ts'

// Every call that Otterscan 2 makes beside ethers' own, with the arguments that it gives and the shape of what it gets.
// The shapes were compared with its sources (useErigonHooks.ts, search.ts) and with docs/custom-jsonrpc.md.
// `POAI_RECORD=1` records them again: read the difference.

const RECORDING = new URL('../../fixtures/otterscan-shapes.json', import.meta.url)
/** Of a page of its search. */
const PAGE_SIZE = 25
const alice = bytesToHex(WALLETS[0]?.address ?? new Uint8Array(20))

let chain: TracedChain

beforeAll(async () => {
  chain = await openTracedChain()
})

afterAll(() => chain.close())

/** What kind of value each member has; of lists, that of the first item. */
function shapeOf(value: unknown): unknown {
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]))
  }
  return typeof value === 'string' && value.startsWith('0x') ? 'hex' : typeof value
}

function hashOf(name: string): string {
  return chain.blocks.flat().find((sent) => sent.name === name)?.hash ?? ''
}

it('answers in the shapes that were recorded', async () => {
  const [creation] = (await chain.call('trace_transaction', hashOf('creation'))) as readonly {
    readonly result: { readonly address: string }
  }[]
  const workshop = creation?.result.address
  const { block } = (await chain.call('ots_getBlockDetails', 2)) as { readonly block: { readonly hash: string } }
  const calls: readonly (readonly [method: string, ...params: readonly unknown[]])[] = [
    ['ots_getApiLevel'],
    ['erigon_getHeaderByNumber', 1],
    ['ots_hasCode', workshop, 'latest'],
    ['ots_getBlockDetails', 2],
    ['ots_getBlockDetailsByHash', block.hash],
    ['ots_getBlockTransactions', 2, 0, PAGE_SIZE],
    ['ots_searchTransactionsBefore', workshop, 0, PAGE_SIZE],
    ['ots_searchTransactionsAfter', workshop, 0, PAGE_SIZE],
    ['ots_getTransactionBySenderAndNonce', alice, 1],
    ['ots_getContractCreator', workshop],
    ['ots_traceTransaction', hashOf('make')],
    ['ots_getInternalOperations', hashOf('make')],
    ['ots_getTransactionError', hashOf('fail')],
    // Its page of what a transaction changed.
    ['trace_replayTransaction', hashOf('gift'), ['stateDiff']],
  ]
  const shapes: Record<string, unknown> = {}
  for (const [method, ...params] of calls) shapes[method] = shapeOf(await chain.call(method, ...params))
  if (process.env['POAI_RECORD'] === '1') await writeFile(RECORDING, `${JSON.stringify(shapes, null, 2)}\n`)
  expect(shapes).toEqual(JSON.parse(await readFile(RECORDING, 'utf8')))
})

it('turns pages of a block from its end, each in the order of the block', async () => {
  interface Page {
    readonly fullblock: { readonly transactions: readonly { readonly hash: string; readonly input: string }[] }
    readonly receipts: readonly { readonly transactionHash: string }[]
  }
  const hashes = chain.blocks[1]?.map(({ hash }) => hash) ?? []
  const pageOf = (page: number): Promise<Page> => chain.call('ots_getBlockTransactions', 2, page, 2) as Promise<Page>
  for (const [page, expected] of [hashes.slice(3, 5), hashes.slice(1, 3), hashes.slice(0, 1), []].entries()) {
    const { fullblock, receipts } = await pageOf(page)
    expect(fullblock.transactions.map(({ hash }) => hash)).toEqual(expected)
    expect(receipts.map(({ transactionHash }) => transactionHash)).toEqual(expected)
    // The selector is enough to name what is called.
    for (const { input } of fullblock.transactions) expect(['0x'.length, '0x12345678'.length]).toContain(input.length)
  }
})
