import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { NodeMethods } from '@poai/api/client'
import { parsePreSharedKey } from '@poai/p2p'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../../src/program.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const ID = '12D3KooWGRYZDHNVnvCwPQNEyvzmzyBDZ8q3iNLVmMxV8XaZbZQS'
const calls: unknown[] = []
let server: Server
let folder = ''
let url = ''

/** What a node answers, by method. */
const ANSWERS: { readonly [Name in keyof NodeMethods]?: NodeMethods[Name]['result'] } = {
  admin_peers: [
    {
      ...{ id: ID, connected: true, role: 'static', score: 0, address: '192.0.2.1', direction: 'out', lastSeenMs: 1 },
      ...{ locations: [], roundTripMs: 12 },
    },
    {
      ...{ id: 'known', connected: false, role: 'found', score: -3, lastSeenMs: 1, roundTripMs: null },
      locations: ['/ip4/192.0.2.2/tcp/1'],
    },
  ],
  admin_addPeer: true,
  admin_removePeer: false,
  admin_ban: { target: 'ip:192.0.2.1', untilMs: Date.now() + 7_200_000, reason: 'operator' },
  admin_unban: true,
  admin_bans: [],
  admin_nodeInfo: {
    ...{ peerId: ID, addresses: [] },
    reachability: { verdict: 'public', inboundPeers: 2, outboundPeers: 1, inboundPlaces: 2, addresses: [] },
  },
}
/** What another program might answer instead. */
let answers: Readonly<Record<string, unknown>> = ANSWERS

beforeEach(async () => {
  calls.length = 0
  answers = ANSWERS
  folder = await mkdtemp(join(tmpdir(), 'poai-peers-'))
  server = createServer(async (request, response) => {
    const { id, method, params } = JSON.parse(await text(request)) as { id: number; method: string; params: unknown[] }
    calls.push([method, ...params])
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: answers[method] }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(async () => {
  server.close()
  server.closeAllConnections()
  await rm(folder, { recursive: true, force: true })
})

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const terminal = createTestTerminal()
  const context = { terminal, environment: {}, signal: new AbortController().signal, version: '0.0.0' }
  const code = await runCli(args, context)
  return { code, out: terminal.outText(), err: terminal.errText() }
}

describe('poai peers', () => {
  it('lists connected peers, and all that are known', async () => {
    const { out } = await run('peers', 'list', '--rpc', url)
    expect(out).toContain(ID)
    expect(out).not.toContain('known')
    const { out: json } = await run('peers', 'list', '--all', '--json', '--rpc', url)
    expect(JSON.parse(json).peers).toHaveLength(2)
  })

  it('says what it cannot read in the answer of another program', async () => {
    answers = { admin_peers: [{ id: ID, isConnected: true }] }
    const { code, out, err } = await run('peers', 'list', '--rpc', url)
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toMatch(
      /^error: cannot read \[0\]\.role of what admin_peers answered\n {2}expected: .+\n {2}found: .+\n/,
    )
  })

  it('adds, removes, bans and lifts bans', async () => {
    const address = `/ip4/192.0.2.1/tcp/30404/p2p/${ID}`
    expect((await run('peers', 'add', address, '--rpc', url)).code).toBe(0)
    expect((await run('peers', 'remove', ID, '--rpc', url)).out).toBe('No such peer is known.\n')
    expect((await run('peers', 'ban', '192.0.2.1', '--minutes', '120', '--rpc', url)).out).toContain('ip:192.0.2.1')
    expect((await run('peers', 'unban', '192.0.2.1', '--rpc', url)).out).toBe('The ban is lifted.\n')
    expect((await run('peers', 'bans', '--rpc', url)).out).toBe('Nobody is banned.\n')
    expect(calls).toEqual([
      ['admin_addPeer', address],
      ['admin_removePeer', ID],
      ['admin_ban', '192.0.2.1', 7_200_000],
      ['admin_unban', '192.0.2.1'],
      ['admin_bans'],
    ])
  })

  it('finds a wrong address by itself', async () => {
    const { code, err } = await run('peers', 'add', 'node.example:30404', '--rpc', url)
    expect(code).toBe(2)
    expect(err).toContain('not an address of a node')
    expect(calls).toEqual([])
  })
})

describe('poai net', () => {
  it('says where the node is and whether others reach it', async () => {
    const { out } = await run('net', 'show', '--rpc', url)
    expect(out).toContain(ID)
    expect(out).toContain('nodes on the internet connect to it')
  })

  it('makes a key of a private network, and overwrites none', async () => {
    const file = join(folder, 'swarm.key')
    expect((await run('net', 'new-key', file)).code).toBe(0)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const key = await readFile(file, 'utf8')
    parsePreSharedKey(key)
    expect((await run('net', 'new-key', file)).code).toBe(2)
    expect(await readFile(file, 'utf8')).toBe(key)
  })
})
