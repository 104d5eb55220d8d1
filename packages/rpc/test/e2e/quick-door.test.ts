import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openRpcFixture, type RpcFixtureOptions } from '../support/rpc-fixture.ts'

const CALL = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'
const ANSWER = /"id":1,"result":"0x[0-9a-f]+"/g

/** A connection to a server, and all that it has said. */
async function openSocket(
  options?: RpcFixtureOptions,
): Promise<{ readonly socket: Socket; readonly said: () => string }> {
  const { url } = await openRpcFixture(options)
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  let text = ''
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('utf8')
  })
  return { socket, said: () => text }
}

function request(body: string, ...members: readonly string[]): string {
  const head = ['POST / HTTP/1.1', 'host: localhost', `content-length: ${Buffer.byteLength(body)}`, ...members]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}

const answersIn = (text: string): number => [...text.matchAll(ANSWER)].length

it('answers one plain request after the other on one connection', async () => {
  const { socket, said } = await openSocket()
  for (let count = 1; count <= 3; count++) {
    socket.write(request(CALL))
    await vi.waitFor(() => expect(answersIn(said())).toBe(count))
  }
  // Node's own server writes it with a capital.
  expect(said()).not.toMatch(/^Date:/m)
})

it('answers requests that come all at once, in their order', async () => {
  const { socket, said } = await openSocket()
  const calls = [1, 2, 3].map((id) => request(`{"jsonrpc":"2.0","id":${id},"method":"eth_chainId"}`))
  socket.write(calls.join(''))
  await vi.waitFor(() => expect([...said().matchAll(/"id":(\d)/g)].map(([, id]) => id)).toEqual(['1', '2', '3']))
})

it('answers what comes while it answers', async () => {
  const { socket, said } = await openSocket()
  const [once_, again] = [request(CALL), request(CALL)]
  socket.write(once_)
  setImmediate(() => socket.write(again))
  await vi.waitFor(() => expect(answersIn(said())).toBe(2))
})

it.each([
  ['in pieces', [request(CALL).slice(0, 30), request(CALL).slice(30)]],
  [
    'in chunks',
    [
      request('', 'transfer-encoding: chunked').replace('content-length: 0\r\n', ''),
      `${CALL.length.toString(16)}\r\n${CALL}\r\n0\r\n\r\n`,
    ],
  ],
  ['after a plain one', [request(CALL, 'connection: keep-alive'), request(CALL, 'x-other: 1')]],
])('hands over what comes %s, and it is answered', async (_, parts) => {
  const { socket, said } = await openSocket()
  for (const part of parts) {
    socket.write(part)
    // The next part must not be glued to this one.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const wanted = parts.filter((part) => part.includes('eth_chainId')).length
  await vi.waitFor(() => expect(answersIn(said())).toBe(wanted))
})

it('refuses a foreign host name as before', async () => {
  const { socket, said } = await openSocket()
  socket.write(request(CALL).replace('localhost', 'evil.example'))
  await vi.waitFor(() => expect(said()).toMatch(/^HTTP\/1\.1 403 /))
})

it('closes its side when the client has closed its own', async () => {
  const { socket, said } = await openSocket()
  socket.end(request(CALL))
  await once(socket, 'close')
  expect(answersIn(said())).toBe(1)
})

it('gives up what it computes when the client has closed its side', async () => {
  const { socket, said } = await openSocket({ server: { limits: { maxCallGas: 10n ** 15n, callTimeoutMs: 600_000 } } })
  const target = `0x${'aa'.repeat(20)}`
  // JUMPDEST; PUSH1 0; JUMP.
  const params = [{ to: target }, 'latest', { [target]: { code: '0x5b600056' } }]
  socket.end(request(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_call', params })))
  await once(socket, 'close')
  expect(said()).toMatch(/"error":\{"code":-32002,/)
})

it('says nothing to a notification', async () => {
  const { socket, said } = await openSocket()
  socket.write(request('{"jsonrpc":"2.0","method":"eth_chainId"}'))
  await vi.waitFor(() => expect(said()).toMatch(/^HTTP\/1\.1 204 No Content\r\n/))
})

it('counts what a client costs, and says how long to wait', async () => {
  // Programs on the same machine get a thousandfold.
  const limits = { costPerSecond: 0.001, costBurst: 0.002 }
  const { call, ask, post } = await openRpcFixture({ server: { limits } })
  await call('eth_chainId')
  await call('eth_blockNumber')
  expect(await ask('eth_chainId')).toMatchObject({
    error: { code: -32_005, data: { retryAfterMs: expect.any(Number) } },
  })
  const batch = (await (await post(`[${CALL},${CALL}]`)).json()) as readonly { readonly error?: object }[]
  expect(batch.filter(({ error }) => error !== undefined)).toHaveLength(2)
})
