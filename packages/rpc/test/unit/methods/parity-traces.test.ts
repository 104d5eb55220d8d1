import { bytesToHex } from '@poai/core'
import { WALLETS } from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINER } from '../../support/mining-chain.ts'
import { openTracedChain, type TracedChain } from '../../support/traced-chain.ts'

// What is told of single frames is compared with another node: see tracers.evidence.ts. Here is what that cannot show.

const alice = bytesToHex(WALLETS[0]?.address ?? new Uint8Array(20))
const miner = bytesToHex(MINER.address)
const STRANGER = `0x${'99'.repeat(20)}`
const UNKNOWN = `0x${'ab'.repeat(32)}`

interface Trace {
  readonly type: string
  readonly error?: string
  readonly action: Readonly<Record<string, string>>
  readonly result: Readonly<Record<string, string>> | null
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly transactionHash: string | null
}

let chain: TracedChain

beforeAll(async () => {
  chain = await openTracedChain()
})

afterAll(() => chain.close())

function hashOf(name: string, index = 0): string {
  const found = chain.blocks.flat().filter((sent) => sent.name === name)[index]
  if (found === undefined) throw new Error(`no transaction ${name}`)
  return found.hash
}

function tracesOf(method: string, ...params: readonly unknown[]): Promise<readonly Trace[]> {
  return chain.call(method, ...params) as Promise<readonly Trace[]>
}

describe('trace_block and trace_transaction', () => {
  it('show the calls of each transaction, and then what the miner got', async () => {
    const traces = await tracesOf('trace_block', '0x2')
    const single: Trace[] = []
    for (const { hash } of chain.blocks[1] ?? []) single.push(...(await tracesOf('trace_transaction', hash)))
    expect(traces.slice(0, -1)).toEqual(single)
    expect(traces.at(-1)).toMatchObject({
      type: 'reward',
      action: { author: miner, rewardType: 'block', value: expect.stringMatching(/^0x[1-9a-f]/) },
      transactionHash: null,
    })
  })

  it('count from the gas that is left when the outermost call begins', async () => {
    const [trace] = await tracesOf('trace_transaction', hashOf('transfer'))
    expect(trace).toMatchObject({
      action: { from: alice, to: STRANGER, gas: `0x${(3_000_000 - 21_000).toString(16)}`, value: '0x5' },
      result: { gasUsed: '0x0', output: '0x' },
    })
  })

  it('show creations, self-destructions and failures', async () => {
    const [call, create, destroy] = await tracesOf('trace_transaction', hashOf('make'))
    expect(call).toMatchObject({ type: 'call', subtraces: 1, traceAddress: [] })
    expect(create).toMatchObject({ type: 'create', action: { creationMethod: 'create2' }, traceAddress: [0] })
    expect(destroy).toMatchObject({ type: 'suicide', action: { balance: '0x7' }, result: null, traceAddress: [0, 0] })
    const [failed] = await tracesOf('trace_transaction', hashOf('fail'))
    expect(failed).toMatchObject({ error: 'Reverted', result: { output: expect.stringMatching(/^0x08c379a0/) } })
    const [bad] = await tracesOf('trace_transaction', hashOf('bad creation'))
    expect(bad).toMatchObject({ type: 'create', error: 'Bad instruction', result: null })
  })

  it('leave out calls of precompiles, which flatCallTracer shows if it is asked to', async () => {
    const hash = hashOf('builtIn')
    expect(await tracesOf('trace_transaction', hash)).toMatchObject([{ subtraces: 0 }])
    const tracerConfig = { includePrecompiles: true, convertParityErrors: true }
    const shown = await tracesOf('debug_traceTransaction', hash, { tracer: 'flatCallTracer', tracerConfig })
    expect(shown.map(({ subtraces }) => subtraces)).toEqual([1, 0])
  })

  it('know nothing of what does not exist, and nothing in the genesis block', async () => {
    expect(await chain.call('trace_block', '0xffff')).toBeNull()
    expect(await chain.call('trace_block', '0x0')).toEqual([])
    expect(await chain.call('trace_transaction', UNKNOWN)).toBeNull()
  })
})

describe('trace_get', () => {
  it('finds a call by its place', async () => {
    const hash = hashOf('nested')
    const traces = await tracesOf('trace_transaction', hash)
    expect(traces.at(-1)?.traceAddress).toEqual([0, 0, 0])
    for (const trace of traces) expect(await chain.call('trace_get', hash, trace.traceAddress)).toEqual(trace)
    expect(await chain.call('trace_get', hash, [7])).toBeNull()
  })
})

describe('trace_replay…', () => {
  it('tells only what is asked for', async () => {
    const hash = hashOf('transfer')
    expect(await chain.call('trace_replayTransaction', hash, [])).toEqual({
      ...{ output: '0x', stateDiff: null, trace: [], vmTrace: null },
    })
    const { stateDiff } = (await chain.call('trace_replayTransaction', hash, ['stateDiff'])) as {
      readonly stateDiff: object
    }
    expect(stateDiff).toMatchObject({
      [STRANGER]: { balance: { '+': '0x5' }, code: { '+': '0x' }, nonce: { '+': '0x0' }, storage: {} },
      [alice]: { balance: { '*': { from: expect.any(String) } }, code: '=', nonce: { '*': {} } },
    })
    const replays = (await chain.call('trace_replayBlockTransactions', '0x2', ['trace'])) as readonly {
      readonly transactionHash: string
    }[]
    expect(replays.map(({ transactionHash }) => transactionHash)).toEqual(chain.blocks[1]?.map((sent) => sent.hash))
  })

  it.each([
    ['the steps of the machine', 'vmTrace', -32_004],
    ['what nobody knows', 'everything', -32_602],
  ])('refuses %s', async (_, type, code) => {
    expect(await chain.refusal('trace_replayTransaction', hashOf('transfer'), [type])).toMatchObject({ code })
  })

  it('says that there is no such transaction', async () => {
    expect(await chain.refusal('trace_replayTransaction', UNKNOWN, [])).toMatchObject({
      message: 'transaction not found',
    })
  })
})

describe('trace_filter', () => {
  const all = { fromBlock: 'earliest', toBlock: 'latest' }

  it('finds what came from some addresses, what went to some, and both', async () => {
    const to = await tracesOf('trace_filter', { ...all, toAddress: [STRANGER] })
    const places = to.map(({ type, action }) => [type, action['to'] ?? action['refundAddress']])
    expect(new Set(places.map(([, target]) => target))).toEqual(new Set([STRANGER]))
    expect(new Set(places.map(([type]) => type))).toEqual(new Set(['call', 'suicide']))
    const [transfer] = to
    const both = { ...all, fromAddress: [alice], toAddress: [STRANGER] }
    expect(await tracesOf('trace_filter', { ...both, mode: 'intersection' })).toEqual([transfer])
    const union = await tracesOf('trace_filter', both)
    expect(union).toHaveLength(to.length + chain.blocks.flat().length - 1)
  })

  it('finds creations by their addresses, and rewards by the miner', async () => {
    const [creation] = await tracesOf('trace_transaction', hashOf('creation'))
    const created = await tracesOf('trace_filter', {
      fromBlock: 1,
      toBlock: 1,
      toAddress: [creation?.result?.['address']],
    })
    expect(created).toEqual([creation])
    const rewards = await tracesOf('trace_filter', { ...all, toAddress: [miner] })
    expect(rewards.map(({ type }) => type)).toEqual(chain.blocks.map(() => 'reward'))
  })

  it('shows pages', async () => {
    const everything = await tracesOf('trace_filter', all)
    expect(await tracesOf('trace_filter', { ...all, after: 3, count: 4 })).toEqual(everything.slice(3, 7))
    expect(await tracesOf('trace_filter', {})).toEqual(await tracesOf('trace_block', 'latest'))
  })

  it('searches eight times at once, and not nine', async () => {
    const eight = Array.from({ length: 8 }, () => tracesOf('trace_filter', all))
    expect(await chain.refusal('trace_filter', all)).toMatchObject({ code: -32_005 })
    expect(new Set((await Promise.all(eight)).map(({ length }) => length)).size).toBe(1)
    expect(await tracesOf('trace_filter', {})).not.toHaveLength(0)
  })

  it.each([
    ['a range that is upside down', { fromBlock: '0x2', toBlock: '0x1' }, /after toBlock/],
    ['blocks to come', { toBlock: '0xffff' }, /beyond current head/],
    ['a mode that nobody knows', { mode: 'either' }, /invalid mode/],
  ])('refuses %s', async (_, question, message) => {
    expect((await chain.refusal('trace_filter', question)).message).toMatch(message)
  })
})

describe('the callTracer', () => {
  const withLog = { tracer: 'callTracer', tracerConfig: { withLog: true } }

  it('numbers logs as their receipts do, and leaves out those that were undone', async () => {
    interface Frame {
      readonly logs?: readonly { readonly index: string; readonly position: string }[]
      readonly calls?: readonly Frame[]
    }
    const logsOf = (frame: Frame): readonly { readonly index: string; readonly position: string }[] => [
      ...(frame.logs ?? []),
      ...(frame.calls ?? []).flatMap(logsOf),
    ]
    const traces = (await chain.call('debug_traceBlockByNumber', '0x2', withLog)) as readonly { result: Frame }[]
    const indexes = traces.flatMap(({ result }) => logsOf(result)).map(({ index }) => Number(index))
    const { hash } = chain.context.view.requireHeader({ kind: 'number', number: 2n })
    const receipts = (await chain.chain.queries.receipts(hash)) ?? []
    const count = receipts.reduce((sum, { logs }) => sum + logs.length, 0)
    expect(indexes.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index))
    const [creates] = (await chain.call('debug_traceBlockByNumber', '0x5', withLog)) as readonly { result: Frame }[]
    expect(creates?.result.logs).toMatchObject([{ position: '0x1' }])
  })

  it('names reasons and failures in geth’s words', async () => {
    const ask = (name: string, index = 0): Promise<unknown> =>
      chain.call('debug_traceTransaction', hashOf(name, index), withLog)
    expect(await ask('fail')).toMatchObject({ error: 'execution reverted', revertReason: 'no' })
    expect(await ask('panic')).toMatchObject({ error: 'execution reverted', revertReason: 'assert(false)' })
    expect(await ask('indirectly')).toMatchObject({ calls: [{}, { error: 'write protection' }] })
    expect(await ask('builtIn', 1)).toMatchObject({ calls: [{ error: 'out of gas' }] })
    expect(await ask('builtIn', 2)).toMatchObject({ calls: [{ error: 'precompiled failed' }] })
    expect(await ask('bad creation')).not.toHaveProperty('to')
  })
})
