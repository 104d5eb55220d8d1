import { once } from 'node:events'
import { connect } from 'node:net'
import { method, RESULTS } from '@poai/api'
import { type Logger, silentLogger } from '@poai/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { MAX_JSON_DEPTH } from '../../src/dispatch/check-depth.ts'
import { createMethods } from '../../src/methods/create-methods.ts'
import { callsOf, ELSEWHERE, fill, PARTS } from '../support/every-method.ts'
import { openHttpLine } from '../support/http-line.ts'
import { socketPath } from '../support/ipc-client.ts'
import {
  contextOf,
  dependenciesOf,
  openRpcFixture,
  type RpcAnswer,
  type RpcFixture,
  type RpcFixtureOptions,
} from '../support/rpc-fixture.ts'

const TOKEN = 'the owner'
const HTTP = { host: '127.0.0.1', port: 0, corsOrigins: [], virtualHosts: [], token: TOKEN }

const call = (method: unknown, params: unknown = [], id: unknown = 1): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method, params })
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** What is asked is text: such keys are members of their own there. */
const PROTO = JSON.parse('{"__proto__":{"fromBlock":"earliest","isTrusted":true}}') as unknown
const CONSTRUCTOR = JSON.parse('{"constructor":{"prototype":{"isTrusted":true}}}') as unknown

type Ask = (text: string) => Promise<RpcAnswer>

/** The same question at every door. */
async function openDoors({ url, post, server }: RpcFixture): Promise<Readonly<Record<string, Ask>>> {
  const line = await openHttpLine(url)
  const webSocket = new WebSocket(url.replace('http', 'ws'))
  await new Promise((resolve) => webSocket.once('open', resolve))
  const socket = connect(server.ipcPath ?? '')
  socket.setEncoding('utf8')
  onTestFinished(() => {
    line.close()
    webSocket.close()
    socket.destroy()
  })
  return {
    http: async (text) => (await (await post(text)).json()) as RpcAnswer,
    'plain http': async (text) => JSON.parse(await line.post(text)) as RpcAnswer,
    webSocket: (text) =>
      new Promise((resolve) => {
        webSocket.once('message', (data) => resolve(JSON.parse(String(data)) as RpcAnswer))
        webSocket.send(text)
      }),
    socket: (text) =>
      new Promise((resolve) => {
        let answer = ''
        const take = (more: string): void => {
          answer += more
          if (!answer.endsWith('\n')) return
          socket.off('data', take)
          resolve(JSON.parse(answer) as RpcAnswer)
        }
        socket.on('data', take)
        socket.write(`${text}\n`)
      }),
  }
}

interface WatchedFixture extends RpcFixture {
  /** Throws unless the node is as it was when the watch began: nothing logged, nothing pooled, nothing polluted. */
  expectNothingHappened(): Promise<void>
  /** What the node took for its own fault. */
  readonly faults: readonly unknown[]
  /** Methods that were run. */
  readonly ran: readonly string[]
}

async function openWatched(options: RpcFixtureOptions = {}): Promise<WatchedFixture> {
  const faults: unknown[] = []
  const ran: string[] = []
  const logger: Logger = { ...silentLogger, error: (...what) => faults.push(what), child: () => logger }
  const fixture = await openRpcFixture({
    server: { http: HTTP, ipcPath: await socketPath(), onCall: ({ method }) => ran.push(method), ...options.server },
    dependencies: { logger, ...options.dependencies },
  })
  const before = ownNames()
  const { chain } = fixture
  const [head, pool] = [chain.head(), { ...chain.mempool.size }]
  return {
    ...fixture,
    faults,
    ran,
    expectNothingHappened: async () => {
      expect(faults).toEqual([])
      expect(ownNames()).toEqual(before)
      expect(chain.head()).toBe(head)
      expect({ ...chain.mempool.size }).toEqual(pool)
      expect(await fixture.call('eth_chainId')).toBe(`0x${fixture.params.chainId.toString(16)}`)
    },
  }
}

function ownNames(): readonly string[] {
  return [Object, Array, String, Function, Map].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
}

describe('JSON-RPC under abuse', () => {
  it('says at every door alike that something is no JSON, or no call, and runs nothing', async () => {
    const fixture = await openWatched()
    const doors = await openDoors(fixture)
    const noJson = [
      ...[
        '{',
        'nonsense',
        '{"jsonrpc":"2.0","id":1,"method":"eth_chainId",}',
        "{'jsonrpc':'2.0'}",
        '{"a":NaN}',
        '{} {}',
      ],
      ...[
        '\u0000',
        '"\u0001"',
        nested(MAX_JSON_DEPTH + 1),
        nested(100_000),
        '['.repeat(100_000),
        '{"a":'.repeat(100_000),
      ],
      call('eth_call', JSON.parse(nested(MAX_JSON_DEPTH))),
    ]
    const noCall = [
      ...[
        'null',
        'true',
        '1',
        '"eth_chainId"',
        '{}',
        '[]',
        '{"id":1,"method":"eth_chainId"}',
        '{"jsonrpc":"2.0","id":1}',
      ],
      ...['{"jsonrpc":2.0,"id":1,"method":"eth_chainId"}', call(['eth_chainId']), call(null), call('eth_chainId', 'x')],
      ...[call('eth_chainId', 0), call('eth_chainId', {}), call('eth_chainId', PROTO), call('eth_chainId', [], {})],
      ...[call('eth_chainId', [], [1]), call('eth_chainId', [], true), call('eth_chainId', [], 'x'.repeat(257))],
      ...[`{"__proto__":${call('eth_chainId')}}`, `{"constructor":${call('eth_chainId')}}`],
    ]
    const tooMuch = [`[${Array.from({ length: 1001 }, () => call('eth_newBlockFilter')).join(',')}]`]
    const cases = [
      ...noJson.map((text) => ({ text, code: -32_700 })),
      ...noCall.map((text) => ({ text, code: -32_600 })),
      ...tooMuch.map((text) => ({ text, code: -32_005 })),
    ]
    for (const { text, code } of cases) {
      for (const [door, ask] of Object.entries(doors)) {
        const answer = await ask(text)
        const shown = `${text.slice(0, 80)} at ${door}`
        expect({ shown, code: answer.error?.code }).toEqual({ shown, code })
        expect(Object.keys(answer), shown).toEqual(['jsonrpc', 'id', 'error'])
      }
    }
    expect(fixture.ran).toEqual([])
    await fixture.expectNothingHappened()
  })

  it('knows only the names of its table, at every door', async () => {
    const fixture = await openWatched()
    const doors = await openDoors(fixture)
    const names = [
      ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'get', 'size', 'then', ''],
      ...['eth_', '_', 'eth', 'ETH_CHAINID', 'eth_chainId ', ' eth_chainId', 'eth_chainId\u0000', 'eth_chainId\n'],
      ...['eth_constructor', 'eth___proto__', 'rpc.', 'rpc.constructor', 'rpc_stop', 'system.listMethods'],
      // What nodes with keys, or with a beacon chain, have.
      ...['eth_sign', 'eth_signTransaction', 'eth_sendTransaction', 'personal_unlockAccount', 'engine_newPayloadV3'],
      ...['hardhat_setBalance', 'evm_mine', 'anvil_impersonateAccount', 'testing_buildBlockV1', 'x'.repeat(100_000)],
    ]
    for (const name of names) {
      for (const [door, ask] of Object.entries(doors)) {
        const { error } = await ask(call(name))
        const shown = `${name.slice(0, 40)} at ${door}`
        expect({ shown, code: error?.code }).toEqual({ shown, code: -32_601 })
        expect(error?.message.length, 'names are not sent back at length').toBeLessThan(200)
      }
    }
    expect(fixture.ran).toEqual([])
    await fixture.expectNothingHappened()
  })

  it('takes an id back as it came, and depth in texts for text', async () => {
    const fixture = await openWatched()
    for (const ask of Object.values(await openDoors(fixture))) {
      for (const id of [0, -1, 1.5, '', '__proto__', '"\\\u2028', 'x'.repeat(256), null]) {
        expect(await ask(call('eth_syncing', [], id))).toEqual({ jsonrpc: '2.0', id, result: false })
      }
      expect((await ask(call(nested(1000)))).error?.code).toBe(-32_601)
      expect((await ask(call(`\\"${nested(1000)}`))).error?.code).toBe(-32_601)
    }
  })

  it('refuses any wrong value at any place of any method by its place, and is never at fault', async () => {
    const fixture = await openWatched({ dependencies: PARTS })
    const calls = callsOf(await fill(fixture))
    const methods = createMethods({ ...dependenciesOf(fixture), ...PARTS }, contextOf(fixture))
    const wrong: readonly unknown[] = [
      ...[true, -1, 1.5, 2 ** 53, '', '0x', '0xzz', '0x-1', ' 0x1', `0x${'f'.repeat(65)}`, `0x${'f'.repeat(5000)}`],
      ...['latest\u0000', 'constructor', '__proto__', 'undefined', [], [[]], [null], [PROTO], {}, { length: -1 }],
      ...[{ toString: 1 }, { toJSON: 1 }, { blockHash: 1 }, { blockHash: '0x', blockNumber: '0x' }, PROTO, CONSTRUCTOR],
      ...[{ address: PROTO }, { topics: [[], [], [], [], []] }, { data: '0x1' }, { accessList: PROTO }, { gas: -1 }],
    ]
    const questions = methods
      .filter(({ name }) => !ELSEWHERE.has(name))
      .flatMap(({ name, params }) =>
        params.flatMap((_, place) =>
          wrong.map((value) => ({ method: name, params: (calls[name]?.[0] ?? []).slice(0, place).concat([value]) })),
        ),
      )
    expect(questions.length).toBeGreaterThan(2000)
    const known = new Set([-32_000, -32_001, -32_004, -32_005, -32_602, 3, 4444])
    const before = ownNames()
    let refused = 0
    for (let start = 0; start < questions.length; start += 1000) {
      const batch = questions.slice(start, start + 1000)
      const text = JSON.stringify(batch.map((question, id) => ({ jsonrpc: '2.0', id, ...question })))
      const answers = (await (await fixture.post(text, { authorization: `Bearer ${TOKEN}` })).json()) as RpcAnswer[]
      expect(answers).toHaveLength(batch.length)
      for (const [index, { error }] of answers.entries()) {
        if (error === undefined) continue
        refused++
        expect(known, `${JSON.stringify(batch[index]).slice(0, 200)}: ${JSON.stringify(error)}`).toContain(error.code)
      }
    }
    expect(refused).toBeGreaterThan(questions.length / 2)
    expect(fixture.faults).toEqual([])
    expect(ownNames()).toEqual(before)
  })

  it('gives tricks with prototypes no meaning', async () => {
    const fixture = await openWatched()
    const { call: result, ask, post } = fixture
    // A member that is inherited is no member.
    expect(await result('eth_getLogs', [PROTO])).toEqual(await result('eth_getLogs', [{}]))
    const codeOf = async (method: string, params: readonly unknown[]): Promise<number | undefined> =>
      (await ask(method, params)).error?.code
    expect(await codeOf('eth_getBlockByNumber', ['constructor', false])).toBe(-32_602)
    expect(await codeOf('eth_getBalance', [`0x${'00'.repeat(20)}`, PROTO])).toBe(-32_602)
    expect(await codeOf('eth_call', [{}, 'latest', PROTO])).toBe(-32_602)
    expect(await codeOf('eth_call', [{}, 'latest', CONSTRUCTOR])).toBe(-32_602)
    const slots = { [`0x${'00'.repeat(20)}`]: { stateDiff: PROTO } }
    expect(await codeOf('eth_call', [{}, 'latest', slots])).toBe(-32_602)
    expect(await codeOf('eth_getFilterChanges', ['__proto__'])).toBe(-32_000)
    expect(await result('eth_uninstallFilter', ['constructor'])).toBe(false)
    // Nobody becomes trusted by saying so.
    for (const trick of ['"__proto__":{"isTrusted":true}', '"isTrusted":true', '"session":{"isTrusted":true}']) {
      const text = `{"jsonrpc":"2.0","id":1,"method":"debug_getRawHeader",${trick}}`
      expect(((await (await post(text)).json()) as RpcAnswer).error?.code, trick).toBe(-32_601)
    }
    const trace = call('debug_traceCall', [{}, 'latest', { tracer: 'constructor' }])
    const traced = (await (await post(trace, { authorization: `Bearer ${TOKEN}` })).json()) as RpcAnswer
    expect(traced.error?.code).toBe(-32_004)
    await fixture.expectNothingHappened()
  })

  it('bounds a batch by what it answers, and lists in it are no batches', async () => {
    const fixture = await openWatched({ server: { limits: { maxAnswerCharacters: 100 } } })
    const texts = [
      call('eth_chainId'),
      `[${call('eth_chainId')}]`,
      ...Array.from({ length: 5 }, () => call('eth_chainId')),
    ]
    const answers = (await (await fixture.post(`[${texts.join(',')}]`)).json()) as RpcAnswer[]
    expect(answers.map(({ error }) => error?.code)).toEqual([
      ...[undefined, -32_600],
      ...[-32_005, -32_005, -32_005, -32_005, -32_005],
    ])
    expect(fixture.ran).toEqual(['eth_chainId'])
  })

  it('ends a connection that sends more than a message may be, at every door, and only that', async () => {
    const fixture = await openWatched({ server: { limits: { maxBodyBytes: 1000 } } })
    const tooLong = call('eth_chainId', ['x'.repeat(2000)])
    expect((await fixture.post(tooLong)).status).toBe(413)
    const webSocket = new WebSocket(fixture.url.replace('http', 'ws'))
    webSocket.once('open', () => webSocket.send(tooLong))
    // RFC 6455: the message is too big.
    const [code]: readonly unknown[] = await once(webSocket, 'close')
    expect(code).toBe(1009)
    const socket = connect(fixture.server.ipcPath ?? '')
    // A line that never ends.
    socket.write(tooLong)
    await once(socket.resume(), 'close')
    expect(fixture.ran).toEqual([])
    await fixture.expectNothingHappened()
  })

  it('runs no more calls at once than it may, and the next when one is done', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const run = (): Promise<boolean> => gate.then(() => true)
    const wait = method({ name: 'test_wait', summary: 'Waits', params: [], result: RESULTS.flag, run })
    const limits = { maxConcurrent: 2 }
    const fixture = await openWatched({ server: { limits }, dependencies: { methods: [wait] } })
    const slow = [fixture.ask('test_wait'), fixture.ask('test_wait')]
    // Answers of calls that are not there come before: when the third is refused, both are inside.
    const { ask } = fixture
    let refused = await ask('eth_chainId')
    while (refused.error === undefined) refused = await ask('eth_chainId')
    expect(refused.error.code).toBe(-32_005)
    open()
    expect((await Promise.all(slow)).map(({ error }) => error)).toEqual([undefined, undefined])
    expect((await ask('eth_chainId')).error).toBeUndefined()
  })
})
