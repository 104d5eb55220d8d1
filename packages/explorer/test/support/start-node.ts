import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { defined, type NetworkParams, networkParamsToJson } from '@poai/core'
import { easyDevnet } from '@poai/testing/chain'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const MAIN = join(ROOT, 'packages/cli/src/main.ts')
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js')
const PAGE = join(ROOT, 'packages/explorer')
const FLAGS = ['--conditions=source', '--disable-warning=ExperimentalWarning']
/** The first development account. */
const MINER = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
/** A node loads a model and tests itself before it mines. */
const START_LIMIT_MS = 120_000
const LOOK_EVERY_MS = 100

/** A node that mines by itself and serves the page. */
export interface ServingNode {
  readonly url: string
  call<T>(method: string, params?: readonly unknown[]): Promise<T>
  /** Waits until the chain is so long. */
  untilBlock(number: number): Promise<void>
  stop(): Promise<void>
}

export interface ServingNodeOptions {
  readonly extraData?: string
  /** Another model or domain than the devnet's. */
  readonly work?: NetworkParams['work']
  /** What contracts may ask of models. */
  readonly inference?: NetworkParams['inference']
  /** Other blocks than those that come as soon as a loaded machine finds one. */
  readonly difficulty?: Partial<NetworkParams['difficulty']>
  /** More of its command line. */
  readonly more?: readonly string[]
}

/** Builds the page from its sources, which takes a second. */
export function buildPage(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VITE, 'build', PAGE, '--logLevel', 'warn'], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the page cannot be built: ${stdout}${stderr}`)
}

/** Starts `poai node` as people do, on a network of its own. */
export async function startServingNode({
  extraData,
  work = easyDevnet.work,
  inference,
  difficulty = {},
  more = [],
}: ServingNodeOptions = {}): Promise<ServingNode> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-explorer-'))
  const rules = { work, difficulty: { ...easyDevnet.difficulty, ...difficulty }, ...defined({ inference }) }
  const network = { ...easyDevnet, ...rules }
  const networkFile = join(folder, 'network.json')
  await writeFile(networkFile, JSON.stringify(networkParamsToJson(network)))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/`
  const args = [
    ...['node', '--data-dir', join(folder, 'data'), '--network', networkFile, '--no-p2p', '--workers', '1'],
    ...['--mine', '--mine-alone', '--beneficiary', MINER, '--http-port', String(port), '--log-file', 'none'],
    ...(extraData === undefined ? [] : ['--extra-data', extraData]),
    ...more,
  ]
  const child = spawn(process.execPath, [...FLAGS, MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output = (output + String(text)).slice(-4000)
    })
  }
  const ended = once(child, 'close')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const call = async <T>(method: string, given: readonly unknown[] = []): Promise<T> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: given })
    const response = await fetch(url, { method: 'POST', body })
    const { result, error } = (await response.json()) as { result?: T; error?: { message: string } }
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result as T
  }
  const untilBlock = async (number: number): Promise<void> => {
    const limit = performance.now() + START_LIMIT_MS
    while (Number(await call<string>('eth_blockNumber').catch(() => '0')) < number) {
      const isOver = child.exitCode !== null || performance.now() > limit
      if (isOver) throw new Error(`no block ${number}: ${output}`)
      await delay(LOOK_EVERY_MS)
    }
  }
  try {
    await untilBlock(1)
  } catch (error) {
    await stop()
    throw error
  }
  return { url, call, untilBlock, stop }
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const closed = once(server, 'close')
  server.close()
  await closed
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
