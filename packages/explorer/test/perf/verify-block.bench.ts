// `npm run bench -- verify-block [runs]`: how long a browser computes to verify a block, and what it fetches for it,
// from a node that mines.
import { chromium } from 'playwright-core'
import { findChromium } from '../support/find-chromium.ts'
import { buildPage, startServingNode } from '../support/start-node.ts'

const [runs = 15] = process.argv.slice(2).map(Number)
const WANTED_MS = 20
const WANTED_BYTES = 1_600_000

const executablePath = findChromium()
if (executablePath === undefined) throw new Error('no Chromium: install it, or name one by POAI_CHROMIUM')
buildPage()
const node = await startServingNode()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  await node.untilBlock(3)
  const computed: number[] = []
  const waited: number[] = []
  let fetched = 0
  for (let run = 0; run < runs; run++) {
    // Nothing is kept from the visit before.
    const context = await browser.newContext()
    const page = await context.newPage()
    fetched = 0
    page.on('response', async (response) => {
      if (!new URL(response.url()).pathname.includes('/engine/') || response.request().method() === 'HEAD') return
      const { responseBodySize, responseHeadersSize } = await response.request().sizes()
      fetched += responseBodySize + responseHeadersSize
    })
    await page.goto(`${node.url}#/block/${1 + (run % 3)}`)
    const button = page.getByRole('button', { name: 'Verify in this browser' })
    await button.waitFor()
    const begin = performance.now()
    await button.click()
    const verdict = page.getByRole('status').filter({ hasText: /✓|✗|Error/ })
    await verdict.waitFor()
    waited.push(performance.now() - begin)
    const said = await verdict.innerText()
    const milliseconds = /same bits in (\d+) ms/.exec(said)?.[1]
    if (milliseconds === undefined) throw new Error(said)
    computed.push(Number(milliseconds))
    await context.close()
  }
  const row = (name: string, values: readonly number[]): string => {
    const sorted = values.toSorted((a, b) => a - b)
    const [median = 0, worst = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
    return `${name.padEnd(28)} median ${median.toFixed(0).padStart(5)}   longest ${worst.toFixed(0).padStart(5)} ms`
  }
  console.log(`${runs} visits with an empty cache`)
  console.log(row('computed', computed))
  console.log(row('from the click to the answer', waited))
  console.log(`fetched ${(fetched / 1e6).toFixed(2)} MB`)
  const median = computed.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? 0
  console.log(`computing is wanted within ${WANTED_MS} ms: ${median <= WANTED_MS ? 'ok' : 'BELOW'}`)
  console.log(`fetching at most ${WANTED_BYTES / 1e6} MB is wanted: ${fetched <= WANTED_BYTES ? 'ok' : 'ABOVE'}`)
} finally {
  await browser.close()
  await node.stop()
}
