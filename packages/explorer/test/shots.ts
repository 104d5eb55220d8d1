// `npm run shots`: pictures of every page of the explorer, over a node that mines, for people to look at. See
// .cache/shots.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { callingNetwork } from '@poai/testing/chain'
import { chromium } from 'playwright-core'
import { askModels } from './support/ask-models.ts'
import { findChromium } from './support/find-chromium.ts'
import { buildPage, startServingNode } from './support/start-node.ts'

const FOLDER = join(import.meta.dirname, '../../../.cache/shots')
/** Enough for the plots to have something to show. */
const BLOCKS = 30
/** For answers that take a pass of the model. */
const SETTLE_MS = 2_500
/** A development account, whose key everybody knows. */
const KEY = '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6'
const LOOKS = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 1280 },
  { colorScheme: 'light', width: 400 },
  { colorScheme: 'dark', width: 400 },
] as const

const executablePath = findChromium()
if (executablePath === undefined) throw new Error('no Chromium: install it, or name one by POAI_CHROMIUM')
await mkdir(FOLDER, { recursive: true })
buildPage()
const node = await startServingNode({ inference: callingNetwork.inference })
try {
  await node.untilBlock(BLOCKS)
  const { miner } = await node.call<{ miner: string }>('eth_getBlockByNumber', ['0x1', false])
  const asked = await askModels(node, KEY, 'Add 196 and 712.')
  const pages = {
    ...{ sum: `tx/${asked.sum}`, drawn: `tx/${asked.markup}`, claim: `tx/${asked.wrongClaim}` },
    ...{ failed: `tx/${asked.failed}`, answers: `block/${asked.block}` },
    ...{ live: '', block: 'block/7', genesis: 'block/0', account: `address/${miner}`, missing: 'nowhere' },
    ...{ mining: 'mining', network: 'network', mempool: 'mempool', engine: 'engine', wallet: 'wallet' },
  }
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  for (const { colorScheme, width } of LOOKS) {
    const page = await browser.newPage({ colorScheme, viewport: { width, height: 900 } })
    for (const [name, place] of Object.entries(pages)) {
      await page.goto(`${node.url}#/${place}`)
      await page.waitForTimeout(SETTLE_MS)
      await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${width}.png`), fullPage: true })
    }
    await page.close()
  }
  await browser.close()
} finally {
  await node.stop()
}
process.stdout.write(`${FOLDER}\n`)
