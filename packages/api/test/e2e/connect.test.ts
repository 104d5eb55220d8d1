import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, createHttpRpcClient, createIpcRpcClient, type RpcClient } from '../../src/connect.ts'

interface Call {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

/** Undefined: never answers. */
function answerTo({ id, method, params }: Call): string | undefined {
  switch (method) {
    case 'echo':
      return JSON.stringify({ jsonrpc: '2.0', id, result: params })
    case 'null':
      return JSON.stringify({ jsonrpc: '2.0', id, result: null })
    case 'fail':
      return JSON.stringify({
        jsonrpc: '2.0',
        id,
        error: { code: 3, message: 'execution\u001b[31m reverted', data: '0x01' },
      })
    case 'eth_blockNumber':
      return JSON.stringify({ jsonrpc: '2.0', id, result: '0x2a' })
    case 'eth_chainId':
      return JSON.stringify({ jsonrpc: '2.0', id, result: 42 })
    case 'poai_nodeStatus':
      return JSON.stringify({ jsonrpc: '2.0', id, result: { version: '0', role: 'miner', state: {} } })
    case 'nonsense':
      return '<html>'
    case 'empty':
      return JSON.stringify({ jsonrpc: '2.0', id })
    default:
      return undefined
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

let folder: string
let socketPath: string
let url: string
let ipc: Server
const sockets = new Set<Socket>()
const http = createHttpServer(async (request, response) => {
  const call = JSON.parse(await textOf(request)) as Call
  if (call.method === 'status') response.writeHead(403).end('no')
  else if (call.method === 'token')
    response.end(JSON.stringify({ id: call.id, result: request.headers.authorization ?? null }))
  else {
    const answer = answerTo(call)
    if (answer !== undefined) response.end(answer)
  }
})

function writeTorn(socket: Socket, text: string): Promise<void> {
  socket.write(text.slice(0, 10))
  return new Promise((resolve) => {
    setImmediate(() => {
      socket.write(text.slice(10))
      resolve()
    })
  })
}

function listenOnSocket(): Promise<Server> {
  const server = createServer((socket) => {
    sockets.add(socket)
    let rest = ''
    let replies = Promise.resolve()
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      // Backwards, and torn: clients must not care.
      const answers = lines.toReversed().map((line) => answerTo(JSON.parse(line) as Call))
      const reply = answers.map((answer) => (answer === undefined ? '' : `${answer}\n`)).join('')
      replies = replies.then(() => writeTorn(socket, reply))
    })
    socket.on('error', () => undefined)
  })
  return new Promise((resolve) => server.listen(socketPath, () => resolve(server)))
}

async function stopSocket(): Promise<void> {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await new Promise((resolve) => ipc.close(resolve))
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-rpc-client-'))
  socketPath = join(folder, 'poai.ipc')
  ipc = await listenOnSocket()
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
})
afterAll(async () => {
  await stopSocket()
  http.closeAllConnections()
  await new Promise((resolve) => http.close(resolve))
  await rm(folder, { recursive: true })
})

describe.each([
  ['HTTP', () => createHttpRpcClient({ url })],
  ['IPC', () => createIpcRpcClient(socketPath)],
])('a client over %s', (_name, create) => {
  async function use<T>(work: (client: RpcClient) => Promise<T>): Promise<T> {
    const client = create()
    try {
      return await work(client)
    } finally {
      client.close()
    }
  }

  it('gives results, null among them', async () => {
    await use(async (client) => {
      expect(await client.call('echo', [1, 'ä\n', { a: null }])).toEqual([1, 'ä\n', { a: null }])
      expect(await client.call('null')).toBeNull()
    })
  })

  it('has many calls under way and mixes none up', async () => {
    await use(async (client) => {
      const results = await Promise.all(Array.from({ length: 50 }, (_, index) => client.call('echo', [index])))
      expect(results).toEqual(Array.from({ length: 50 }, (_, index) => [index]))
    })
  })

  it('throws the error of the node, without control characters', async () => {
    await use(async (client) => {
      await expect(client.call('fail')).rejects.toMatchObject({
        code: 'RPC_REFUSED',
        rpcCode: 3,
        data: '0x01',
        message: 'fail: execution [31m reverted',
      })
    })
  })

  it.each(['nonsense', 'empty'])('says of %s that it is no JSON-RPC', async (method) => {
    await use(async (client) => {
      // On a socket a line that is no JSON ends the connection, and so every call.
      await expect(client.call(method)).rejects.toMatchObject({ code: 'RPC_MALFORMED' })
    })
  })

  it('gives up in time, and when it is told', async () => {
    await use(async (client) => {
      await expect(client.call('silence', [], { timeoutMs: 20 })).rejects.toMatchObject({ code: 'RPC_TIMEOUT' })
      const stop = new AbortController()
      const call = client.call('silence', [], { signal: stop.signal })
      stop.abort(new Error('enough'))
      await expect(call).rejects.toThrow('enough')
      expect(await client.call('echo', [2])).toEqual([2])
    })
  })

  it('believes an answer that is what the method answers, and no other', async () => {
    await use(async (client) => {
      expect(await ask(client, 'eth_blockNumber', [])).toBe('0x2a')
      await expect(ask(client, 'eth_chainId', [])).rejects.toMatchObject({
        code: 'RPC_MALFORMED',
        message: expect.stringContaining('eth_chainId'),
        actual: expect.stringContaining('42'),
      })
      await expect(ask(client, 'poai_nodeStatus', [])).rejects.toMatchObject({
        code: 'RPC_MALFORMED',
        message: expect.stringContaining('peerId'),
      })
    })
  })

  it('is closed twice without harm', async () => {
    await use(async (client) => {
      await client.call('null')
      client.close()
      await expect(client.call('null')).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
    })
  })
})

describe('a client', () => {
  it('says who does not answer', async () => {
    const missing = createIpcRpcClient(join(folder, 'none.ipc'))
    await expect(missing.call('echo')).rejects.toMatchObject({
      code: 'RPC_UNREACHABLE',
      actual: expect.stringMatching(/ENOENT/),
    })
    const refused = createHttpRpcClient({ url: 'http://127.0.0.1:1' })
    await expect(refused.call('echo')).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
  })

  it('shows the status of a server that refuses', async () => {
    await expect(createHttpRpcClient({ url }).call('status')).rejects.toMatchObject({
      message: expect.stringMatching(/HTTP status 403/),
    })
  })

  it('carries a token', async () => {
    expect(await createHttpRpcClient({ url, token: 'secret' }).call('token')).toBe('Bearer secret')
    expect(await createHttpRpcClient({ url }).call('token')).toBeNull()
  })

  it('connects again when the node has come back', async () => {
    const client = createIpcRpcClient(socketPath)
    expect(await client.call('echo', [1])).toEqual([1])
    const lost = client.call('silence')
    await stopSocket()
    await expect(lost).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
    await expect(client.call('echo')).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
    ipc = await listenOnSocket()
    expect(await client.call('echo', [2])).toEqual([2])
    client.close()
  })
})
