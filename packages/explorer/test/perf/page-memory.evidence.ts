// `npm run evidence -- page-memory [--minutes 60]`: the live page stays small and quick while 1,000 blocks a minute
// arrive. A node mines for real; its heads are told to the page at that pace, over the page's own WebSocket, with new
// numbers and hashes.
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type CDPSession, chromium } from 'playwright-core'
import { findChromium } from '../support/find-chromium.ts'
import { buildPage, startServingNode } from '../support/start-node.ts'

const BLOCKS_PER_MINUTE = 1_000
const EVERY_MS = 60_000 / BLOCKS_PER_MINUTE
/** The page is warm after this, and may not grow by more than the share afterwards. */
const WARM_MS = 20_000
const MAX_GROWTH = 1.3
/** A frame that is late by more is felt. */
const MAX_LATE_MS = 250
const SAMPLES = 6
const MEBIBYTE = 1024 * 1024

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '2' } } })
const totalMs = Number(values.minutes) * 60_000

const executablePath = findChromium()
if (executablePath === undefined) throw new Error('no Chromium: install it, or name one by POAI_CHROMIUM')
buildPage()
const node = await startServingNode()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const done = new AbortController()

/**
 * What the page holds once all garbage is gone: a script's own `gc()` leaves what only the browser's collector finds.
 */
interface Held {
  readonly bytes: number
  readonly nodes: number
}

async function look(devtools: CDPSession): Promise<Held> {
  await devtools.send('HeapProfiler.collectGarbage')
  const { usedSize: bytes } = await devtools.send('Runtime.getHeapUsage')
  const { nodes } = await devtools.send('Memory.getDOMCounters')
  return { bytes, nodes }
}

try {
  await node.untilBlock(2)
  const page = await browser.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  let told = 0
  await page.routeWebSocket(/.*/, (socket) => {
    socket.connectToServer()
    void (async () => {
      const head = await node.call<{ number: string; timestamp: string }>('eth_getBlockByNumber', ['0x2', false])
      const beganMs = performance.now()
      for (; !done.signal.aborted; told++) {
        const number = `0x${(Number(head.number) + told).toString(16)}`
        const hash = `0x${told.toString(16).padStart(64, '0')}`
        const timestamp = `0x${Math.floor(Date.now() / 1000).toString(16)}`
        const result = { ...head, number, hash, timestamp }
        socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params: { result } }))
        await delay(Math.max(0, beganMs + (told + 1) * EVERY_MS - performance.now()))
      }
    })().catch((error: unknown) => faults.push(String(error)))
  })
  await page.goto(node.url)
  await page.evaluate(`
    window.latest = performance.now(); window.late = [];
    (function frame() {
      const now = performance.now(); window.late.push(now - window.latest); window.latest = now
      if (window.late.length > 20000) window.late.splice(0, 10000)
      requestAnimationFrame(frame)
    })()`)
  await delay(WARM_MS)
  const devtools = await page.context().newCDPSession(page)
  const warm = await look(devtools)
  const told0 = told
  const startedMs = performance.now()
  let worst = warm.bytes
  for (let sample = 1; sample <= SAMPLES; sample++) {
    await delay(totalMs / SAMPLES)
    const held = await look(devtools)
    worst = Math.max(worst, held.bytes)
    process.stdout.write(
      `${told} blocks told, ${(held.bytes / MEBIBYTE).toFixed(1)} MiB and ${held.nodes} elements held\n`,
    )
  }
  const late = (await page.evaluate('window.late.toSorted((a, b) => a - b)')) as number[]
  const p99 = late[Math.floor(late.length * 0.99)] ?? 0
  const pace = ((told - told0) / (performance.now() - startedMs)) * 60_000
  process.stdout.write(
    `${pace.toFixed(0)} blocks a minute; heap ${(warm.bytes / MEBIBYTE).toFixed(1)} MiB warm, ${(worst / MEBIBYTE).toFixed(1)} at most; ` +
      `99 % of frames within ${p99.toFixed(0)} ms, the longest ${(late.at(-1) ?? 0).toFixed(0)} ms; ${faults.length} faults\n`,
  )
  const isGood = worst <= warm.bytes * MAX_GROWTH && p99 <= MAX_LATE_MS && faults.length === 0
  process.stdout.write(isGood ? 'ok\n' : `FAIL ${faults.slice(0, 3).join('; ')}\n`)
  if (!isGood) process.exitCode = 1
} finally {
  done.abort()
  await browser.close()
  await node.stop()
}
