import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createIpcRpcClient, RpcClientError } from '@poai/api/connect'
import type { JsonValue } from '@poai/core'
import { onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const FLAGS = ['--conditions=source', '--disable-warning=ExperimentalWarning']
const POLL_MS = 50

/** A `poai node` in a process of its own. */
export interface RunningNode {
  readonly child: ChildProcess
  /** All that it wrote. */
  output(): string
  call(method: string, params?: readonly JsonValue[]): Promise<JsonValue>
  /** Waits until its status is as wanted; fails if it ends before. */
  until(
    isThere: (status: { readonly [name: string]: JsonValue }) => boolean,
  ): Promise<{ readonly [name: string]: JsonValue }>
  /** The exit code, or the signal that ended it. */
  ended(): Promise<number | string>
}

/** Starts one that listens on free ports of this machine only. It is killed after the test, if it still runs. */
export function startNode(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): RunningNode {
  const common = ['--data-dir', directory, '--p2p-host', '127.0.0.1', '--p2p-port', '0', '--no-mdns', '--workers', '1']
  const child = spawn(process.execPath, [...FLAGS, MAIN, 'node', ...common, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (chunk: string) => {
      text += chunk
    })
  }
  const exit = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  const client = createIpcRpcClient(join(directory, 'poai.ipc'))
  onTestFinished(async () => {
    client.close()
    child.kill('SIGKILL')
    await exit
  })
  const isOver = (): boolean => child.exitCode !== null || child.signalCode !== null
  return {
    child,
    output: () => text,
    call: (method, params = []) => client.call(method, params),
    until: async (isThere) => {
      for (;;) {
        if (isOver()) throw new Error(`the node ended: ${text}`)
        try {
          const status = (await client.call('poai_nodeStatus', [])) as { readonly [name: string]: JsonValue }
          if (isThere(status)) return status
        } catch (error) {
          // Not listening yet.
          if (!(error instanceof RpcClientError)) throw error
        }
        await delay(POLL_MS)
      }
    },
    ended: () => exit,
  }
}

/** True while a process of that id runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** What a node does, as its status says. */
export function stateIn(status: { readonly [name: string]: JsonValue }): string {
  return (status['state'] as { readonly name: string }).name
}

/** The height of a node, as its status says. */
export function heightIn(status: { readonly [name: string]: JsonValue }): number {
  return (status['head'] as { readonly number: number }).number
}
