import { bytesToHex } from '@poai/core'
import { LOGGER_WALLET, signTransaction, WALLETS } from '@poai/testing/chain'
import { describe, expect, it } from 'vitest'
import { REVERTER_INIT_CODE } from '../support/contracts.ts'
import { askSocket, socketPath } from '../support/ipc-client.ts'
import { openRpcFixture, type RpcAnswer, type RpcFixture } from '../support/rpc-fixture.ts'

/** Sends a call of the contract that logs; answers with its hash. */
async function callLogger({ params, call }: RpcFixture, nonce = 0n): Promise<string> {
  const [alice] = WALLETS
  if (alice === undefined) throw new Error('no wallet')
  const data = new Uint8Array(32).fill(5)
  const plan = { nonce, to: LOGGER_WALLET.address, data, gasLimit: 100_000n }
  return String(await call('eth_sendRawTransaction', [bytesToHex(signTransaction(params.chainId, alice, plan).bytes)]))
}

describe('what blocks were worked for', () => {
  it('shows the exam, the answers and the loss of each token, and that this node agrees', async () => {
    const { call, mine } = await openRpcFixture()
    await mine(2)
    const exam = (await call('poai_getExam', ['latest'])) as {
      readonly quizzes: readonly {
        readonly expected: string
        readonly tokens: readonly { readonly expected: string }[]
      }[]
    }
    const block = await call('eth_getBlockByNumber', ['latest', false])
    expect(exam).toMatchObject({ number: '0x2', replayAgrees: true })
    expect(block).toMatchObject({ poai: { transcriptRoot: (exam as { transcriptRoot?: unknown }).transcriptRoot } })
    for (const { expected, tokens } of exam.quizzes) {
      expect(tokens.map((token) => token.expected).join('')).toBe(`${expected}\n`)
    }
    expect(await call('poai_getExam', ['earliest'])).toBeNull()
  })

  it('proves leaves of the transcript, and replays', async () => {
    const { ask, call, mine } = await openRpcFixture()
    await mine()
    expect(await call('poai_getTranscript', ['latest', '0x3'])).toMatchObject({
      agrees: true,
      isIncluded: true,
      index: 3,
    })
    expect((await ask('poai_getTranscript', ['latest', '0x63'])).error?.code).toBe(-32_602)
    expect(await call('poai_verifyBlock', ['latest'])).toMatchObject({ valid: true })
    const accuracy = await call('poai_getAccuracy', ['0x1', 'latest'])
    expect(accuracy).toMatchObject({ from: '0x1', to: '0x1', blocks: [{ number: '0x1' }] })
  })
})

describe('what transactions did', () => {
  it('is shown step by step, call by call and by what they read', async () => {
    const fixture = await openRpcFixture({ server: { ipcPath: await socketPath() } })
    const hash = await callLogger(fixture)
    await fixture.mine()
    const ask = (method: string, params: readonly unknown[]): Promise<unknown> =>
      askSocket(fixture.server.ipcPath ?? '', method, params)
    const receipt = (await fixture.call('eth_getTransactionReceipt', [hash])) as { readonly gasUsed: string }
    const steps = await ask('debug_traceTransaction', [hash])
    expect(steps).toMatchObject({
      result: {
        failed: false,
        gas: Number(receipt.gasUsed),
        structLogs: expect.arrayContaining([expect.objectContaining({ op: 'SSTORE' })]),
      },
    })
    const calls = await ask('debug_traceTransaction', [hash, { tracer: 'callTracer', tracerConfig: { withLog: true } }])
    expect(calls).toMatchObject({
      result: { type: 'CALL', to: bytesToHex(LOGGER_WALLET.address), gasUsed: receipt.gasUsed, logs: [{}] },
    })
    const before = await ask('debug_traceTransaction', [hash, { tracer: 'prestateTracer' }])
    expect(before).toMatchObject({ result: { [bytesToHex(LOGGER_WALLET.address)]: { code: expect.any(String) } } })
    expect(await ask('debug_traceBlockByNumber', ['latest', { tracer: 'callTracer' }])).toMatchObject({
      result: [{ txHash: hash, result: { type: 'CALL' } }],
    })
    expect(
      await ask('debug_traceCall', [{ data: REVERTER_INIT_CODE }, 'latest', { tracer: 'callTracer' }]),
    ).toMatchObject({
      result: { type: 'CREATE' },
    })
    expect(await ask('debug_traceTransaction', [hash, { tracer: 'nothing' }])).toMatchObject({
      error: { code: -32_004 },
    })
    expect((await fixture.ask('debug_traceTransaction', [hash])).error?.code).toBe(-32_601)
  })

  it('is shown to everybody within a budget, if the operator says so', async () => {
    // At once after a rest, ten seconds' worth may be spent: some traces.
    const fixture = await openRpcFixture({ server: { limits: { publicTraceCostPerSecond: 20 } } })
    const hash = await callLogger(fixture)
    await fixture.mine()
    expect(await fixture.call('trace_transaction', [hash])).toMatchObject([{ type: 'call' }])
    const answers: RpcAnswer[] = []
    for (let asked = 0; asked < 10; asked++) {
      answers.push(await fixture.ask('debug_traceTransaction', [hash, { tracer: 'callTracer' }]))
    }
    expect(answers.at(-1)?.error).toMatchObject({ code: -32_005, data: { retryAfterMs: expect.any(Number) } })
    expect((await fixture.ask('debug_getRawBlock', ['latest'])).error?.code).toBe(-32_601)
    const modules = await fixture.call('rpc_modules')
    expect(modules).toMatchObject({ debug: '1.0', trace: '1.0' })
    expect(modules).not.toHaveProperty('admin')
    // What is not a trace goes on.
    expect(await fixture.call('eth_blockNumber')).toBe('0x1')
  })

  it('is shown to Otterscan', async () => {
    const fixture = await openRpcFixture()
    const { call, mine } = fixture
    const hash = await callLogger(fixture)
    await mine(2)
    const sender = bytesToHex(WALLETS[0]?.address ?? new Uint8Array(20))
    expect(await call('ots_getApiLevel')).toBe(8)
    expect(await call('ots_hasCode', [bytesToHex(LOGGER_WALLET.address)])).toBe(true)
    expect(await call('ots_hasCode', [sender])).toBe(false)
    expect(await call('ots_traceTransaction', [hash])).toMatchObject([{ type: 'CALL', depth: 0 }])
    expect(await call('ots_getInternalOperations', [hash])).toEqual([])
    expect(await call('ots_getTransactionError', [hash])).toBe('0x')
    expect(await call('ots_getBlockDetails', ['0x1'])).toMatchObject({ block: { transactionCount: 1 } })
    expect(await call('ots_getBlockTransactions', ['0x1', '0x0', '0xa'])).toMatchObject({ receipts: [{}] })
    const page = { txs: [{ hash }], firstPage: true, lastPage: true }
    expect(await call('ots_searchTransactionsBefore', [sender, 0, 25])).toMatchObject(page)
    expect(await call('ots_searchTransactionsAfter', [sender, 0, 25])).toMatchObject(page)
    expect(await call('ots_getTransactionBySenderAndNonce', [sender, 0])).toBe(hash)
    expect(await call('ots_getTransactionBySenderAndNonce', [sender, 7])).toBeNull()
  })
})
