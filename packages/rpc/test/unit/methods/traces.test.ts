import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { traceMethods } from '../../../src/methods/debug/traces.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE] = WALLETS as [Wallet]
const logger = bytesToHex(LOGGER_WALLET.address)

let methods: OpenMethods
let sent: string

beforeAll(async () => {
  methods = await openMethods(traceMethods)
  const data = new Uint8Array(32).fill(1)
  sent = await methods.send(ALICE, { nonce: 0n, to: LOGGER_WALLET.address, data, gasLimit: 100_000n })
  await methods.mine()
})

afterAll(() => methods.close())

it('shows every instruction', async () => {
  const { structLogs } = (await methods.call('debug_traceTransaction', sent)) as {
    readonly structLogs: readonly { readonly op: string; readonly stack: readonly unknown[] }[]
  }
  expect(structLogs.map(({ op }) => op)).toContain('LOG1')
  expect(structLogs[1]?.stack).toHaveLength(1)
  const bare = await methods.call('debug_traceTransaction', sent, { disableStack: true })
  expect((bare as typeof bare & { structLogs: readonly object[] }).structLogs[1]).not.toHaveProperty('stack')
})

it.each([
  ['callTracer', { type: 'CALL', to: logger }],
  ['prestateTracer', { [logger]: { code: expect.any(String) } }],
  ['4byteTracer', { '0x01010101-28': 1 }],
  ['noopTracer', {}],
  ['flatCallTracer', [{ type: 'call', action: { callType: 'call', to: logger }, traceAddress: [], subtraces: 0 }]],
])('tells what the %s tells', async (tracer, expected) => {
  expect(await methods.call('debug_traceTransaction', sent, { tracer })).toMatchObject(expected)
})

it('shows all transactions of a block, and calls that nobody sent', async () => {
  expect(await methods.call('debug_traceBlockByNumber', '0x1', { tracer: 'callTracer' })).toMatchObject([
    { txHash: sent, result: { type: 'CALL' } },
  ])
  expect(await methods.call('debug_traceCall', { to: logger }, 'latest', { tracer: 'callTracer' })).toMatchObject({
    to: logger,
  })
})

it('lets several tracers watch at once', async () => {
  const tracerConfig = { callTracer: { withLog: true }, prestateTracer: { diffMode: true }, noopTracer: {} }
  const told = (await methods.call('debug_traceTransaction', sent, { tracer: 'muxTracer', tracerConfig })) as object
  expect(Object.keys(told)).toEqual(['callTracer', 'prestateTracer', 'noopTracer'])
  expect(told).toMatchObject({
    callTracer: { logs: [{ address: logger, index: '0x0', position: '0x0' }] },
    prestateTracer: { pre: { [logger]: {} }, post: { [logger]: { storage: expect.any(Object) } } },
  })
})

it('tells what a call that nobody sent would read and change', async () => {
  const ask = (tracerConfig: object): Promise<unknown> =>
    methods.call('debug_traceCall', { to: logger }, 'latest', { tracer: 'prestateTracer', tracerConfig })
  const slot = `0x${'0'.repeat(64)}`
  expect(await ask({})).toMatchObject({ [logger]: { storage: { [slot]: expect.stringMatching(/1$/) } } })
  expect(await ask({ diffMode: true })).toMatchObject({
    post: { [logger]: { storage: { [slot]: expect.stringMatching(/2$/) } } },
  })
})

it.each([
  ['a tracer that does not exist', [{ tracer: 'jsTracer' }], -32_004],
  ['a muxTracer of nothing', [{ tracer: 'muxTracer' }], -32_602],
])('refuses %s', async (_, options, code) => {
  expect(await methods.refusal('debug_traceTransaction', sent, ...options)).toMatchObject({ code })
})

it('says that there is no such transaction or block', async () => {
  const unknown = `0x${'ab'.repeat(32)}`
  expect(await methods.refusal('debug_traceTransaction', unknown)).toMatchObject({ message: 'transaction not found' })
  expect(await methods.refusal('debug_traceBlockByHash', unknown)).toMatchObject({ message: 'block not found' })
  expect((await methods.refusal('debug_traceBlockByNumber', '0x0')).message).toMatch(/genesis/)
})
