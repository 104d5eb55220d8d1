// `npm run bench -- first-paint [runs]`: how soon the page shows something, and its largest part, on loopback with an
// empty cache, from a node that mines.
import { chromium } from 'playwright-core'
import { findChromium } from '../support/find-chromium.ts'
import { buildPage, startServingNode } from '../support/start-node.ts'

const [runs = 15] = process.argv.slice(2).map(Number)
const WANTED_MS = 1000

/** What the browser noted of one visit, in milliseconds since the address was typed. */
interface Visit {
  readonly first: number
  readonly largest: number
  readonly bytes: number
}

const READ = `new Promise((resolve) => new PerformanceObserver((list) => {
  const entries = performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
  const isOfPage = ({ initiatorType }) => initiatorType !== 'fetch'
  resolve({
    first: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    largest: list.getEntries().at(-1).startTime,
    bytes: entries.filter(isOfPage).reduce((sum, { transferSize }) => sum + transferSize, 0),
  })
}).observe({ type: 'largest-contentful-paint', buffered: true }))`

const executablePath = findChromium()
if (executablePath === undefined) throw new Error('no Chromium: install it, or name one by POAI_CHROMIUM')
buildPage()
const node = await startServingNode()
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  await node.untilBlock(3)
  const visits: Visit[] = []
  for (let run = 0; run < runs; run++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    await page.goto(node.url)
    await page.locator('tbody tr').first().waitFor()
    visits.push((await page.evaluate(READ)) as Visit)
    await context.close()
  }
  const row = (name: string, values: readonly number[]): string => {
    const sorted = values.toSorted((a, b) => a - b)
    const [median = 0, worst = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
    return `${name.padEnd(24)} median ${median.toFixed(0).padStart(5)}   longest ${worst.toFixed(0).padStart(5)} ms`
  }
  const first = visits.map((visit) => visit.first)
  console.log(`${runs} visits with an empty cache, ${Math.round((visits[0]?.bytes ?? 0) / 1000)} kB transferred`)
  console.log(row('first paint', first))
  console.log(
    row(
      'largest part painted',
      visits.map(({ largest }) => largest),
    ),
  )
  console.log(`the first paint is wanted within ${WANTED_MS} ms: ${Math.max(...first) <= WANTED_MS ? 'ok' : 'BELOW'}`)
} finally {
  await browser.close()
  await node.stop()
}
