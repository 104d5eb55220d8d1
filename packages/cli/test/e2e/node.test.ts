import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { devnet, networkParamsToJson } from '@poai/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningNode, startNode, stateIn } from '../support/node-process.ts'

let folder: string
/** Of a model that nobody has: its nodes come up fast, and abstain. */
let network: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-cli-node-'))
  network = join(folder, 'modelless.json')
  const params = { ...devnet, name: 'modelless', work: { ...devnet.work, model: 'no-such-model' } }
  await writeFile(network, JSON.stringify(networkParamsToJson(params)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function start(name: string, args: readonly string[] = []): RunningNode {
  return startNode(join(folder, name), ['--network', network, ...args], { POAI_HOME: join(folder, 'home') })
}

async function startUp(name: string, args: readonly string[] = []): Promise<RunningNode> {
  const node = start(name, args)
  await node.until((status) => stateIn(status) === 'abstaining')
  return node
}

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('stops in order on %s', async (signal) => {
    const node = await startUp(`stops-${signal}`)
    node.child.kill(signal)
    expect(await node.ended()).toBe(0)
    const lines = node
      .output()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).msg)
    expect(lines.slice(-2)).toEqual(['Stopping', 'Stopped'])
  })

  it('stops on a signal while it starts', async () => {
    const node = start('stops-early')
    await new Promise<void>((resolve) => node.child.stderr?.once('data', () => resolve()))
    node.child.kill('SIGTERM')
    expect(await node.ended()).toBe(0)
  })

  it('goes on when nobody reads its output any more', async () => {
    const node = await startUp('unheard')
    node.child.stderr?.destroy()
    node.child.stdout?.destroy()
    await node.call('admin_ban', ['192.0.2.1'])
    expect(await node.call('net_peerCount')).toBe('0x0')
    node.child.kill('SIGTERM')
    expect(await node.ended()).toBe(0)
  })

  it('comes back after it was killed', async () => {
    const killed = await startUp('killed')
    killed.child.kill('SIGKILL')
    expect(await killed.ended()).toBe('SIGKILL')
    const again = await startUp('killed')
    again.child.kill('SIGTERM')
    expect(await again.ended()).toBe(0)
  })
})

it('keeps a second node out of the directory, in one clear line', async () => {
  const first = await startUp('twice')
  const second = start('twice', ['--log-format', 'human'])
  expect(await second.ended()).toBe(3)
  const output = second.output()
  expect(output).toContain('is open in another process')
  expect(output).toContain(`found:    process ${first.child.pid}`)
  expect(output).toContain('hint:     stop the other process, or use another data directory')
  expect(output).not.toContain('    at ')
})

it('knows the network of its directory when it comes back', async () => {
  const first = await startUp('remembers')
  first.child.kill('SIGTERM')
  await first.ended()
  const again = startNode(join(folder, 'remembers'), [], { POAI_HOME: join(folder, 'home') })
  const status = await again.until((found) => stateIn(found) === 'abstaining')
  expect(status['network']).toMatchObject({ name: 'modelless' })
})

it('logs to its file in JSON, and for people where that is asked for', async () => {
  const node = await startUp('logs', ['--log-format', 'human'])
  node.child.kill('SIGTERM')
  await node.ended()
  expect(node.output()).toMatch(/^\d\d:\d\d:\d\d {7}Starting/)
  const file = await readFile(join(folder, 'logs', 'logs/node.log'), 'utf8')
  expect(
    file
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).msg),
  ).toContain('Stopped')
})
