import { testnet } from '@poai/core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumForTests } from '../support/find-chromium.ts'
import { openPage } from '../support/open-page.ts'
import { buildPage, type ServingNode, startServingNode } from '../support/start-node.ts'

const executablePath = chromiumForTests()

describe.skipIf(executablePath === undefined)('verifying a block in the browser', () => {
  let node: ServingNode
  let browser: Browser

  beforeAll(async () => {
    buildPage()
    node = await startServingNode({ work: testnet.work, more: ['--engine', 'wasm'] })
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  })

  afterAll(async () => {
    await browser?.close()
    await node?.stop()
  })

  /** What the page says after the button was pressed. */
  async function verify(page: Page, block: number): Promise<string> {
    await page.goto(`${node.url}#/block/${block}`)
    await page.getByRole('button', { name: 'Verify in this browser' }).click()
    const verdict = page.getByRole('status').filter({ hasText: /✓|✗|Error/ })
    await verdict.waitFor()
    return await verdict.innerText()
  }

  it('computes the bits of the header anew', async () => {
    const page = await openPage(browser)
    expect(await verify(page, 1)).toContain('your browser computed the same bits')
  })

  it('does not believe a node that gives the header of another block', async () => {
    const page = await openPage(browser)
    await node.untilBlock(2)
    const other = await node.call<string>('poai_getRawHeader', ['0x2'])
    await page.route(node.url, async (route) => {
      const request = route.request()
      const call = request.method() === 'POST' ? (request.postDataJSON() as { id?: number; method?: string }) : {}
      if (call.method !== 'poai_getRawHeader') return await route.fallback()
      await route.fulfill({ json: { jsonrpc: '2.0', id: call.id, result: other } })
    })
    expect(await verify(page, 1)).toContain('the header has another hash')
  })

  it('does not compute with another model', async () => {
    const page = await openPage(browser)
    await page.route('**/engine/model.gguf', async (route) => {
      const response = await route.fetch()
      const body = Buffer.from(await response.body())
      body[body.length - 1] = (body.at(-1) ?? 0) ^ 1
      await route.fulfill({ response, body })
    })
    expect(await verify(page, 1)).toContain('not the network’s')
  })
})
