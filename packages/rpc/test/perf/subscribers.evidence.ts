/**
 * Ten thousand subscribers to new heads, one of which does not read: `npm run evidence -- subscribers [--count N]`.
 *
 * The server runs in a process of its own. Shown: what a subscriber costs it in memory, how long a head takes from the
 * chain to each of them (two processes on one machine share its clock), what the one that does not read costs until it
 * is cut off, and what the others notice. Needs as many open files as subscribers in both processes; takes what the
 * machine allows.
 */
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { callText, quantile } from '../support/bench-load.ts'
import { openFrameSocket, textFrame } from '../support/frame-socket.ts'

const { values } = parseArgs({ options: { count: { type: 'string', default: '10000' } } })
/** Files that a process needs besides. */
const OTHER_FILES = 200
const openFiles = Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }))
const count = Math.min(Number(values.count), openFiles - OTHER_FILES)
const AT_A_TIME = 100
const HEADS = 20
const SETTLE_MS = 2000
const MEBIBYTE = 1024 * 1024
/** What the server may hold for one that does not read, and as much again for what is on its way. */
const MOST_FOR_SLOW_MIB = 64
const GREEDY_CALLS = 4000

const child = fork(join(import.meta.dirname, '../support/bench-node.ts'), {
  execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning', '--expose-gc'],
})
const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }]

/** Memory of the server that is in use, after it has cleaned up, and all that it has from the system. */
async function memoryMiB(): Promise<{ readonly used: number; readonly resident: number }> {
  child.send('memory')
  const [{ usedBytes }] = (await once(child, 'message')) as [{ readonly usedBytes: number }]
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8')
  const resident = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
  return { used: usedBytes / MEBIBYTE, resident }
}

/** Mines a block; when it was the head, in milliseconds of the machine's clock. */
async function mine(): Promise<number> {
  child.send('mine')
  const [{ headAtMs }] = (await once(child, 'message')) as [{ readonly headAtMs: number }]
  return headAtMs
}

function nowMs(): number {
  return performance.timeOrigin + performance.now()
}

/** When the head that is told now was heard, by whomever. */
let heardAtMs: number[] = []

async function openSubscriber(): Promise<Socket> {
  const socket = await openFrameSocket(url)
  socket.write(textFrame(callText('eth_subscribe', ['newHeads'])))
  await once(socket, 'data')
  socket.on('data', (bytes: Buffer) => {
    if (bytes.includes('"eth_subscription"')) heardAtMs.push(nowMs())
  })
  return socket
}

/** Heads, and how long each took to each of `listeners`. */
async function tellHeads(listeners: number): Promise<readonly number[]> {
  const all: number[] = []
  for (let head = 0; head < HEADS; head++) {
    heardAtMs = []
    const headAtMs = await mine()
    const deadline = nowMs() + 30_000
    while (heardAtMs.length < listeners) {
      if (nowMs() > deadline) throw new Error(`only ${heardAtMs.length} of ${listeners} heard of a head`)
      await delay(5)
    }
    all.push(...heardAtMs.map((atMs) => atMs - headAtMs))
  }
  return all
}

function say(name: string, latenciesMs: readonly number[]): void {
  const at = (share: number): string => quantile(latenciesMs, share).toFixed(0)
  console.log(
    `${name}: ${HEADS} heads to ${latenciesMs.length / HEADS} subscribers each: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, last ${at(1 - 1e-9)} ms`,
  )
}

const before = await memoryMiB()
const sockets: Socket[] = []
while (sockets.length < count) {
  const some = Math.min(AT_A_TIME, count - sockets.length)
  sockets.push(...(await Promise.all(Array.from({ length: some }, openSubscriber))))
}
await delay(SETTLE_MS)
const connected = await memoryMiB()
const eachKiB = ((connected.used - before.used) * 1024) / count
console.log(
  `${count} subscribers: server uses ${connected.used.toFixed(0)} MiB (${connected.resident.toFixed(0)} resident), ${before.used.toFixed(0)} before (${before.resident.toFixed(0)}): ${eachKiB.toFixed(1)} KiB each`,
)
say('all read', await tellHeads(count))

const slow = await openFrameSocket(url)
slow.write(textFrame(callText('eth_subscribe', ['newHeads'])))
await once(slow, 'data')
slow.pause()
let cutOff = false
slow.on('close', () => {
  cutOff = true
})
slow.on('error', () => undefined)
for (let asked = 0; asked < GREEDY_CALLS; asked++) slow.write(textFrame(callText('rpc.discover', [])))
say('one asks for a lot and reads nothing', await tellHeads(count))
const peak = await memoryMiB()
// It reads on only to see that it was cut off.
slow.resume()
for (let wait = 0; wait < 100 && !cutOff; wait++) await delay(50)
const after = await memoryMiB()
console.log(
  `the one that does not read: ${cutOff ? 'cut off' : 'NOT cut off'}; server uses ${peak.used.toFixed(0)} MiB then and ${after.used.toFixed(0)} MiB after (${after.resident.toFixed(0)} resident)`,
)
for (const socket of sockets) socket.destroy()
await delay(SETTLE_MS)
const end = await memoryMiB()
console.log(`all gone: server uses ${end.used.toFixed(0)} MiB`)
child.disconnect()
if (!cutOff || peak.used - connected.used > MOST_FOR_SLOW_MIB) process.exitCode = 1
