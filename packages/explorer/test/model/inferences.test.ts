import { callingNetwork } from '@poai/testing/chain'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AskedOfModels, askModels } from '../support/ask-models.ts'
import { chromiumForTests } from '../support/find-chromium.ts'
import { MARKUP } from '../support/hostile-token.ts'
import { openPage } from '../support/open-page.ts'
import { buildPage, type ServingNode, startServingNode } from '../support/start-node.ts'

const executablePath = chromiumForTests()
/** A development account, whose key everybody knows. */
const KEY = '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6'

describe.skipIf(executablePath === undefined)('the explorer page of a network with models', () => {
  let node: ServingNode
  let browser: Browser
  let asked: AskedOfModels

  beforeAll(async () => {
    buildPage()
    node = await startServingNode({ inference: callingNetwork.inference })
    asked = await askModels(node, KEY, MARKUP)
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  })

  afterAll(async () => {
    await browser?.close()
    await node?.stop()
  })

  /** What the page of a transaction says about models. */
  async function told(page: Page, hash: string): Promise<string> {
    await page.goto(`${node.url}#/tx/${hash}`)
    const card = page.getByRole('region', { name: /^Asked of models/ })
    await card.waitFor()
    return card.innerText()
  }

  it('shows prompt, answer, tokens, gas and model of a call', async () => {
    const page = await openPage(browser)
    const text = await told(page, asked.sum)
    expect(text).toMatch(/generate\s+quiz-1, asked by/)
    expect(text).toMatch(/Prompt\s+⏎\s+Q: 17 \+ 25\?⏎\s+A: /)
    expect(text).toMatch(/Answer\s+42\s+3 tokens/)
    // 50,000, 17 tokens of prompt at 500, 3 of the answer at 2,000.
    expect(text).toContain('64,500 gas')
    await page.getByText('Tokens, seed and root').click()
    await page.getByText('55 53 13', { exact: true }).waitFor()
  })

  it('shows text of strangers as text, and how an answer was drawn', async () => {
    const page = await openPage(browser)
    expect(await told(page, asked.markup)).toContain(MARKUP)
    expect(await page.locator('main img').count()).toBe(0)
    await page.getByText('Tokens, seed and root').click()
    await page.getByText('1.5', { exact: true }).waitFor()
    await page.getByText(`0x${'07'.repeat(32)}`, { exact: true }).waitFor()
  })

  it('shows what the model thinks of a claim', async () => {
    const page = await openPage(browser)
    const text = await told(page, asked.wrongClaim)
    expect(text).toMatch(/Claimed answer\s+43\s+3 tokens/)
    expect(text).toContain('✗ not what the model says, from token 1 on')
  })

  it('shows a call that failed', async () => {
    const page = await openPage(browser)
    expect(await told(page, asked.failed)).toContain('✗ failed: ')
  })

  it('counts the answers of a block, and shows their root', async () => {
    const page = await openPage(browser, { viewport: { width: 400, height: 900 } })
    await page.goto(`${node.url}#/block/${asked.block}`)
    await page.getByText('Answers root').waitFor()
    const answers = await page.locator('dt:text-is("Answers of models") + dd').innerText()
    expect(Number(answers)).toBeGreaterThan(0)
    for (const place of [`block/${asked.block}`, `tx/${asked.sum}`]) {
      await page.goto(`${node.url}#/${place}`)
      await page
        .getByText(/Answers root|Asked of models/)
        .first()
        .waitFor()
      const tooWide = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(tooWide, `#/${place} is wider than the window`).toBeLessThanOrEqual(0)
      await page.evaluate(axe.source)
      const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults
      expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
    }
  })
})
