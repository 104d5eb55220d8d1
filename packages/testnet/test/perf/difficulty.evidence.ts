// `npm run evidence -- difficulty [blocks]`: the devnet keeps its pace on this machine, with the embedded model and the
// default difficulty: after 30 blocks, after a miner has left, and after it has come back. `blocks` are measured in
// each of the three parts.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RpcClient } from '@poai/api/connect'
import { ask, createIpcRpcClient, RpcClientError } from '@poai/api/connect'
import { devnet } from '@poai/core'
import { formatTable } from '../../src/terminal/table.ts'

const [measured = 60] = process.argv.slice(2).map(Number)
/** Blocks that the difficulty has for finding its level. */
const SETTLE_BLOCKS = 30
/** Means of so many intervals scatter by some 10 %; the schedule makes up for what is early or late. */
const TOLERANCE = 0.25
const SPACING = devnet.difficulty.spacingSeconds
const main = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url))

interface Part {
  readonly name: string
  readonly prepare: () => Promise<unknown>
}

interface Result {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly spacing: number
  readonly difficulty: number
}

async function waitForHeight(client: RpcClient, height: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the testnet ended with exit code ${child.exitCode}`)
    if ((await heightOf(client)) >= height) return
    await delay(500)
  }
}

/** -1 before the node answers. */
async function heightOf(client: RpcClient): Promise<number> {
  try {
    return (await ask(client, 'poai_nodeStatus', [])).head.number
  } catch (error) {
    if (error instanceof RpcClientError && error.code === 'RPC_UNREACHABLE') return -1
    throw error
  }
}

async function blockAt(
  client: RpcClient,
  number: number,
): Promise<{ readonly timestamp: number; readonly difficulty: number }> {
  const block = await ask(client, 'eth_getBlockByNumber', [number, false])
  if (block === null) throw new Error(`there is no block ${number}`)
  return { timestamp: Number(block.timestamp), difficulty: Number(block.difficulty) }
}

async function measure(client: RpcClient, part: Part, child: ChildProcess): Promise<Result> {
  await part.prepare()
  const from = Math.max(0, await heightOf(client)) + SETTLE_BLOCKS
  const to = from + measured
  await waitForHeight(client, to, child)
  const [first, last] = [await blockAt(client, from), await blockAt(client, to)]
  const spacing = (last.timestamp - first.timestamp) / measured
  console.log(`${part.name}: blocks ${from} to ${to}, one every ${spacing.toFixed(2)} s`)
  return { name: part.name, from, to, spacing, difficulty: last.difficulty }
}

async function run(): Promise<readonly Result[]> {
  const home = await mkdtemp(join(tmpdir(), 'poai-difficulty-'))
  const directory = join(home, 'net')
  const args = ['testnet', '--one-engine', '--data-dir', directory, '--base-port', '23100', '--rpc-port', '23500']
  const child = spawn(process.execPath, [...process.execArgv, main, ...args], {
    env: { ...process.env, POAI_HOME: home },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const server = createIpcRpcClient(join(directory, 'node-4', 'poai.ipc'))
  const miner = createIpcRpcClient(join(directory, 'node-2', 'poai.ipc'))
  try {
    await waitForHeight(server, 1, child)
    const results: Result[] = []
    for (const part of [
      { name: 'two miners', prepare: async () => undefined },
      { name: 'one has left', prepare: () => ask(miner, 'miner_stop', []) },
      { name: 'it is back', prepare: () => ask(miner, 'miner_start', []) },
    ]) {
      results.push(await measure(server, part, child))
    }
    return results
  } finally {
    server.close()
    miner.close()
    child.kill('SIGTERM')
    await ended
    await rm(home, { recursive: true, force: true })
  }
}

const results = await run()
console.log(
  `\n${formatTable([
    ['PART', 'BLOCKS', 'MEAN SPACING', 'DIFFICULTY AT THE END'],
    ...results.map(({ name, from, to, spacing, difficulty }) => [
      name,
      `${from} to ${to}`,
      `${spacing.toFixed(2)} s`,
      `${difficulty} attempts`,
    ]),
  ])}`,
)
const off = results.filter(({ spacing }) => Math.abs(spacing / SPACING - 1) > TOLERANCE)
console.log(
  off.length === 0
    ? `HOLDS: within ${100 * TOLERANCE} % of ${SPACING} s in every part`
    : `FAILS: ${off.map(({ name }) => name).join(', ')}`,
)
process.exitCode = off.length === 0 ? 0 : 1
