import { type Chain, createPace } from '@poai/chain'
import { createBlockCodecs, createTransactionCodec, type Hash32, type Header } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, type GeneratedBlock, testNetwork } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { beforeAll, describe, expect, it } from 'vitest'
import { ForwardedBlocks } from '../../../src/blocks/forwarded-blocks.ts'
import type { Remote } from '../../../src/host/stream-host.ts'
import type { RequestTransport } from '../../../src/requests/request-transport.ts'
import { serveChain } from '../../../src/sync/serve-chain.ts'

const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))
const asker: Remote = { id: 'somebody', address: '192.0.2.1', direction: 'in' }

let ours: readonly GeneratedBlock[]
let theirs: readonly GeneratedBlock[]
let genesis: GeneratedBlock

beforeAll(async () => {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  genesis = generator.genesis
  ours = await generator.grow(genesis, 6)
  theirs = await generator.grow(genesis, 6, () => ({ header: { extraData: Uint8Array.of(1) } }))
})

/** What is served, by protocol. */
async function serve(
  chain: Partial<Chain>,
  { clock = new ManualClock(), forwarded = new ForwardedBlocks() } = {},
): Promise<(name: string, query: unknown) => Promise<unknown>> {
  const handlers = new Map<string, (query: never, remote: Remote, signal: AbortSignal) => Promise<unknown>>()
  const transport: Pick<RequestTransport, 'handle'> = {
    handle: async ({ name }, handler) => void handlers.set(name, handler),
  }
  await serveChain({ transport, chain: chain as Chain, codecs, forwarded, clock })
  return async (name, query) => handlers.get(name)?.(query as never, asker, new AbortController().signal)
}

/** Holds the thread for longer than a turn lasts. */
function linger(): void {
  const pace = createPace()
  while (!pace.isDue());
}

describe('headers that are served', () => {
  it.each([
    ['all where the chain stays', false, 6],
    ['those before it moved, where it moves in a rest', true, 2],
  ])('are %s', async (_, moves, expected) => {
    let chain = ours
    const header = (number: bigint): Header | undefined => {
      const found = number === 0n ? genesis : chain[Number(number) - 1]
      if (number === 2n) {
        linger()
        if (moves) setImmediate(() => (chain = theirs))
      }
      return found?.block.header
    }
    const ask = await serve({
      head: () => (ours.at(-1) as GeneratedBlock).context as ReturnType<Chain['head']>,
      queries: { header } as unknown as Chain['queries'],
      mempool: {} as Chain['mempool'],
    })
    const query = { locator: [{ number: 0n, hash: genesis.hash }], count: 6 }
    const { headers } = (await ask('/poai/headers/1', query)) as { readonly headers: readonly Header[] }
    expect(headers).toEqual(ours.slice(0, expected).map(({ block }) => block.header))
  })
})

describe('a body', () => {
  it('is served once its block was passed on, though nothing is stored', async () => {
    const [first, second] = ours as readonly [GeneratedBlock, GeneratedBlock]
    const forwarded = new ForwardedBlocks()
    forwarded.add(first.hash, first.block)
    const queries = { block: async () => undefined } as unknown as Chain['queries']
    const ask = await serve({ queries, mempool: {} as Chain['mempool'] }, { forwarded })
    expect(await ask('/poai/bodies/1', { hashes: [first.hash, second.hash] })).toEqual({
      bodies: [codecs.body.encode(first.block.body), new Uint8Array(0)],
    })
  })
})

describe('the list of the pool', () => {
  it('is made once a second, however many ask', async () => {
    let made = 0
    const hash = genesis.hash as Hash32
    const accounts = function* (): Generator<unknown> {
      made++
      yield { pending: [{ arrival: 1, transaction: { hash } }], queued: [] }
    }
    const clock = new ManualClock(5000)
    const ask = await serve(
      { queries: {} as Chain['queries'], mempool: { accounts } as unknown as Chain['mempool'] },
      { clock },
    )
    for (let count = 0; count < 3; count++) expect(await ask('/poai/pool/1', { skip: 0 })).toEqual({ hashes: [hash] })
    clock.now += 999
    await ask('/poai/pool/1', { skip: 0 })
    expect(made).toBe(1)
    clock.now += 1
    await ask('/poai/pool/1', { skip: 0 })
    expect(made).toBe(2)
    clock.now -= 3_600_000
    await ask('/poai/pool/1', { skip: 0 })
    expect(made).toBe(3)
  })
})
