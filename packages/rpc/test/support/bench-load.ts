import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { WebSocket } from 'ws'
import { openHttpLine } from './http-line.ts'

/** Sends a text and resolves with the answer. */
export type Send = (text: string) => Promise<string>

/** What was measured of one server in one case. */
export interface Measured {
  calls: number
  seconds: number
  cpuSeconds: number
  readonly latenciesMs: number[]
}

/** Nothing yet. */
export function freshMeasured(): Measured {
  return { calls: 0, seconds: 0, cpuSeconds: 0, latenciesMs: [] }
}

/** Clock ticks of /proc in a second. */
const TICKS = 100

/** Processor time of a process so far. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** How texts are sent, and for how long. */
export interface Load {
  /** The next text; undefined if there are no more. */
  readonly next: () => string | undefined
  readonly callsPerText: number
  readonly durationMs: number
}

/**
 * Asks as fast as answers come, each of `senders` one thing at a time. Counts into `measured`, with the processor time
 * of `pid`.
 */
export async function runLoad(senders: readonly Send[], load: Load, measured: Measured, pid: number): Promise<void> {
  const { next, callsPerText, durationMs } = load
  const [cpuBefore, started] = [await cpuSecondsOf(pid), performance.now()]
  const end = started + durationMs
  const ask = async (send: Send): Promise<void> => {
    while (performance.now() < end) {
      const text = next()
      if (text === undefined) return
      const sentAt = performance.now()
      const answer = await send(text)
      if (answer.includes('"error"')) throw new Error(answer.slice(0, 300))
      measured.latenciesMs.push(performance.now() - sentAt)
      measured.calls += callsPerText
    }
  }
  await Promise.all(senders.map(ask))
  measured.seconds += (performance.now() - started) / 1000
  measured.cpuSeconds += (await cpuSecondsOf(pid)) - cpuBefore
}

/** Runs something over as many HTTP connections as calls go at a time. */
export async function overHttp(
  url: string,
  concurrency: number,
  run: (senders: readonly Send[]) => Promise<void>,
): Promise<void> {
  const lines = await Promise.all(Array.from({ length: concurrency }, () => openHttpLine(url)))
  await run(lines.map(({ post }) => post))
  for (const line of lines) line.close()
}

/** Runs something over one WebSocket: one call a frame, so many at a time. */
export async function overWebSocket(
  url: string,
  concurrency: number,
  run: (senders: readonly Send[]) => Promise<void>,
): Promise<void> {
  const socket = new WebSocket(url.replace('http', 'ws'))
  await once(socket, 'open')
  const waiting = new Map<string, (text: string) => void>()
  const idOf = (text: string): string => /"id":(\d+)/.exec(text)?.[1] ?? ''
  socket.on('message', (data) => {
    const text = String(data)
    const id = idOf(text)
    waiting.get(id)?.(text)
    waiting.delete(id)
  })
  const send: Send = (text) =>
    new Promise((resolve) => {
      waiting.set(idOf(text), resolve)
      socket.send(text)
    })
  await run(Array<Send>(concurrency).fill(send))
  socket.close()
}

/** The last entry of the sorted list that is not above this share of it. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN
}

let lastId = 0

/** A call, with an id of its own. */
export function callText(method: string, params: readonly unknown[]): string {
  return `{"jsonrpc":"2.0","id":${++lastId},"method":"${method}","params":${JSON.stringify(params)}}`
}

/** The result of one call, over a connection of its own: servers close idle ones. */
export async function callOnce(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const line = await openHttpLine(url)
  try {
    const { result, error } = JSON.parse(await line.post(callText(method, params))) as {
      readonly result?: unknown
      readonly error?: { readonly message: string }
    }
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result
  } finally {
    line.close()
  }
}
