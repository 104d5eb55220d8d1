import { readdir, readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { bytesToHex, devnet, genesisHash, InvariantError, parseNetworkParams } from '@poai/core'
import { expect, it, onTestFinished } from 'vitest'
import { ask } from '../support/ask.ts'
import { loggedUrl, messagesOf, modelLess, testFolder, testNode } from '../support/test-node.ts'

async function takePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

it('comes up without its model, abstains, says so everywhere, and stops without leaving anything open', async () => {
  const directory = join(await testFolder(), 'data')
  const test = testNode(directory, { flags: { 'metrics-port': '0' } })
  const { node } = test
  await node.start()
  expect(node.status).toMatchObject({
    state: { name: 'abstaining', detail: expect.stringContaining('no-such-model') },
    role: 'validator',
    head: { number: 0, hash: bytesToHex(genesisHash(modelLess)) },
    peers: 0,
    engine: { state: 'none' },
  })
  const told = await ask(join(directory, 'poai.ipc'), 'poai_nodeStatus')
  expect(told).toMatchObject({
    state: { name: 'abstaining' },
    head: { number: 0 },
    replays: { total: 0 },
    miner: { state: 'paused' },
    addresses: node.status.addresses,
  })
  expect(node.status.addresses[0]).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/p2p\/12D3/)
  const url = loggedUrl(test, 'Serving metrics')
  const [health, ready, metrics, nothing] = await Promise.all(
    ['health', 'ready', 'metrics', 'x'].map((path) => fetch(`${url}/${path}`)),
  )
  expect([health?.status, ready?.status, metrics?.status, nothing?.status]).toEqual([200, 503, 200, 404])
  expect(await metrics?.text()).toContain('poai_node_state{state="abstaining"} 1')
  await node.stop()
  await node.ended
  expect(node.status.state.name).toBe('stopped')
  await expect(ask(join(directory, 'poai.ipc'), 'poai_nodeStatus')).rejects.toThrow()
  await expect(fetch(`${url}/health`)).rejects.toThrow()
})

it('keeps its things to itself, and writes down whose chain it has', async () => {
  const directory = join(await testFolder(), 'data')
  const { node } = testNode(directory)
  await node.start()
  const modes = await Promise.all(
    ['.', 'node.key', 'logs/node.log'].map(async (name) => (await stat(join(directory, name))).mode & 0o777),
  )
  expect(modes).toEqual([0o700, 0o600, 0o600])
  await node.stop()
  const written = parseNetworkParams(JSON.parse(await readFile(join(directory, 'network.json'), 'utf8')))
  expect(genesisHash(written)).toEqual(genesisHash(modelLess))
  expect(await readdir(directory)).toEqual(expect.arrayContaining(['chain', 'logs', 'network.json', 'node.key']))
})

it('has the same identity and chain when it comes back', async () => {
  const directory = await testFolder()
  const ids: (string | null)[] = []
  for (let round = 0; round < 2; round++) {
    const { node } = testNode(directory)
    await node.start()
    ids.push(node.status.peerId)
    await node.stop()
  }
  expect(ids[0]).not.toBeNull()
  expect(ids[1]).toBe(ids[0])
})

it('keeps a second node out of its directory, and goes on', async () => {
  const directory = await testFolder()
  const first = testNode(directory)
  await first.node.start()
  const before = await readFile(join(directory, 'logs/node.log'), 'utf8')
  const second = testNode(directory)
  await expect(second.node.start()).rejects.toMatchObject({
    code: 'STORAGE_LOCKED',
    actual: expect.stringContaining(`process ${process.pid}`),
  })
  await expect(second.node.ended).rejects.toMatchObject({ code: 'STORAGE_LOCKED' })
  expect(await readFile(join(directory, 'logs/node.log'), 'utf8')).toBe(before)
  expect(await ask(join(directory, 'poai.ipc'), 'poai_nodeStatus')).toMatchObject({ peers: 0 })
})

it.each([
  ['JSON-RPC', 'http-port', 'RPC_PORT_TAKEN'],
  ['metrics', 'metrics-port', 'NODE_METRICS_PORT'],
])('says that the port of %s is taken, and lets go of the directory', async (_what, flag, code) => {
  const directory = await testFolder()
  const { node } = testNode(directory, { flags: { [flag]: String(await takePort()) } })
  await expect(node.start()).rejects.toMatchObject({ code, hint: expect.stringContaining('port') })
  const again = testNode(directory)
  await again.node.start()
})

it('refuses the chain of another network', async () => {
  const directory = await testFolder()
  const { node } = testNode(directory)
  await node.start()
  await node.stop()
  await expect(testNode(directory, { params: devnet }).node.start()).rejects.toMatchObject({
    code: 'STORAGE_WRONG_NETWORK',
  })
})

it('cannot make its directory under a file', async () => {
  const { node } = testNode('/dev/null/data')
  await expect(node.start()).rejects.toMatchObject({ code: 'NODE_DATA_DIRECTORY' })
})

it('can be stopped before it was started, twice, and while it starts', async () => {
  const directory = await testFolder()
  const { node: never } = testNode(directory)
  await never.stop()
  await never.stop()
  await never.ended
  const { node } = testNode(directory)
  const starting = node.start()
  const stopping = node.stop()
  await expect(starting).rejects.toMatchObject({ code: 'NODE_STOPPED' })
  await stopping
  await node.ended
  await testNode(directory).node.start()
})

it('stops in order on an error that nobody caught, and tells which', async () => {
  const directory = await testFolder()
  const test = testNode(directory)
  await test.node.start()
  const error = new InvariantError('this cannot be')
  test.node.fail(error)
  test.node.fail(new Error('a later one'))
  await expect(test.node.ended).rejects.toBe(error)
  expect(messagesOf(test)).toContain('The node stops: it cannot go on after this')
  expect(messagesOf(test).slice(-2)).toEqual(['Stopping', 'Stopped'])
  await testNode(directory).node.start()
})

it('does not mine for nobody, nor where it abstains', async () => {
  const directory = await testFolder()
  const socket = join(directory, 'poai.ipc')
  const { node } = testNode(directory, { flags: { 'mine-alone': true } })
  await node.start()
  await expect(ask(socket, 'miner_start')).rejects.toThrow()
  expect(node.status.miner?.state).toBe('paused')
  await ask(socket, 'miner_setEtherbase', [`0x${'ab'.repeat(20)}`])
  await ask(socket, 'miner_start')
  expect(node.status.miner).toMatchObject({
    state: 'waiting',
    reason: expect.stringContaining('abstains'),
    attempts: 0,
  })
})

it('can do without a network and without doors', async () => {
  const directory = await testFolder()
  const { node } = testNode(directory, { flags: { p2p: false, ipc: false, 'log-file': 'none' } })
  await node.start()
  expect(node.status).toMatchObject({ peerId: null, addresses: [], peers: 0, sync: null })
  expect(await readdir(directory)).not.toContain('poai.ipc')
  expect(await readdir(directory)).not.toContain('node.key')
})

it('names the key file that it cannot read', async () => {
  const { node } = testNode(await testFolder(), { flags: { 'psk-file': '/nowhere/psk' } })
  await expect(node.start()).rejects.toMatchObject({ code: 'NODE_KEY_FILE' })
})
