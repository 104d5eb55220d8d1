import { fork } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { JsonValue } from '@poai/core'
import type { FarmNodeAnswer, FarmNodeCommand } from './farm-node-process.ts'

/** A farm desk behind JSON-RPC in a process of its own. */
export interface FarmNode {
  /** Milliseconds from a neighbour's block to its import. */
  importBlock(bytes: Uint8Array): Promise<number>
  look(): Promise<{ readonly evaluations: number; readonly longestPauseMs: number; readonly longestTurnMs: number }>
  /** Lets expensive transactions wait, so many of each wallet; how many wait then. */
  fill(ofEach: number): Promise<number>
  /** Calls a method from an address of the loopback interface. */
  call(from: string, method: string, params: readonly JsonValue[]): Promise<unknown>
  stop(): Promise<void>
}

/** Starts it on a free port. */
export async function startFarmNode(): Promise<FarmNode> {
  const child = fork(join(import.meta.dirname, 'farm-node-process.ts'), [], {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
  })
  const waiting: ((answer: FarmNodeAnswer) => void)[] = []
  const next = (): Promise<FarmNodeAnswer> => new Promise((resolve) => waiting.push(resolve))
  child.on('message', (answer: FarmNodeAnswer) => waiting.shift()?.(answer))
  child.on('exit', () => {
    for (const settle of waiting.splice(0)) settle({ failure: 'the process has ended' })
  })
  const ask = async <Key extends string>(
    command: FarmNodeCommand | undefined,
    key: Key,
  ): Promise<Extract<FarmNodeAnswer, { readonly [K in Key]: unknown }>> => {
    const answer = next()
    if (command !== undefined) child.send(command)
    const value = await answer
    if (key in value) return value as Extract<FarmNodeAnswer, { readonly [K in Key]: unknown }>
    throw new Error('failure' in value ? value.failure : 'another answer was expected')
  }
  const { url } = await ask(undefined, 'url')
  return {
    importBlock: async (bytes) =>
      (await ask({ import: Buffer.from(bytes).toString('base64') }, 'importedMs')).importedMs,
    look: () => ask('look', 'evaluations'),
    fill: async (ofEach) => (await ask({ fill: ofEach }, 'filled')).filled,
    call: (from, method, params) => call({ url, from }, method, params),
    stop: async () => {
      const ended = once(child, 'exit')
      await ask('stop', 'evaluations')
      await ended
    },
  }
}

async function call(
  { url, from }: { readonly url: string; readonly from: string },
  method: string,
  params: readonly JsonValue[],
): Promise<unknown> {
  const sent = request(url, {
    method: 'POST',
    localAddress: from,
    headers: { 'content-type': 'application/json' },
  })
  sent.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  const [response] = (await once(sent, 'response')) as [Parameters<typeof text>[0]]
  const answer = JSON.parse(await text(response)) as { readonly result?: unknown; readonly error?: { message: string } }
  if (answer.error !== undefined) throw new Error(answer.error.message)
  return answer.result
}
