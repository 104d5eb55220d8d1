import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { IPC_FILE } from '@poai/api/connect'
import { prepareProgramCache } from '@poai/testing'
import { freePort } from '../free-port.ts'
import { ask } from './outside.ts'

const MAIN = join(import.meta.dirname, '../../../../cli/src/main.ts')
const START_LIMIT_MS = 180_000
const LOOK_MS = 200
const NODES = 2
/** Traces are for the owner unless an operator opens them; tools that trace need them open. */
const TRACES_PER_SECOND = '1000000'

/** A network of real nodes that mine, with everything but traces as it is by default. */
export interface TestnetProcess {
  readonly url: string
  /** The local socket of the node that answers at `url`. */
  readonly socket: string
  /** That of the one that mines. */
  readonly minerSocket: string
  stop(): Promise<void>
}

/** Starts `poai testnet` in a folder that goes with it. */
export async function startTestnetProcess(): Promise<TestnetProcess> {
  const home = await mkdtemp(join(tmpdir(), 'poai-outsiders-'))
  await cp(await prepareProgramCache(), join(home, 'cache/engine'), { recursive: true })
  const directory = join(home, 'net')
  const [peers, rpc] = [await freePort(), await freePort()]
  const args = [
    ...['testnet', '--nodes', String(NODES), '--miners', '1', '--spacing', '1', '--one-engine'],
    ...['--data-dir', directory, '--base-port', String(peers), '--rpc-port', String(rpc)],
  ]
  const child = spawn(process.execPath, [...process.execArgv, MAIN, ...args], {
    env: { ...process.env, POAI_HOME: home, POAI_HTTP_TRACES: TRACES_PER_SECOND },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output = (output + String(text)).slice(-2000)
    })
  }
  const ended = once(child, 'close')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
    await rm(home, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${rpc}`
  const endMs = performance.now() + START_LIMIT_MS
  while (Number(await ask({ url }, 'eth_blockNumber').catch(() => 0)) < 1) {
    if (child.exitCode !== null || performance.now() > endMs) {
      await stop()
      throw new Error(`the testnet did not start: ${output}`)
    }
    await delay(LOOK_MS)
  }
  const socketOf = (node: number): string => join(directory, `node-${node}`, IPC_FILE)
  return { url, socket: socketOf(NODES), minerSocket: socketOf(1), stop }
}
