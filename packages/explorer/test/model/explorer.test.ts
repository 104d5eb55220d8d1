import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumForTests } from '../support/find-chromium.ts'
import { hostileTokenCode, MARKUP } from '../support/hostile-token.ts'
import { openPage } from '../support/open-page.ts'
import { buildPage, type ServingNode, startServingNode } from '../support/start-node.ts'
import { createTestWallet, signTransaction } from '../support/test-wallet.ts'

const executablePath = chromiumForTests()

/** Development accounts, whose keys everybody knows. */
const WALLET_KEY = '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6'
const QUEUE_KEY = '0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a'
const PAYEE = '0x1111111111111111111111111111111111111111'

/** Every page, with a text that it shows when it has its answers. */
const PAGES = [
  ['', 'Look into block'],
  ['block/1', 'The whole text and its hashes'],
  ['block/0', 'Transactions (0)'],
  ['block/99999999', 'The chain does not have it, or not yet.'],
  [`address/${PAYEE}`, 'Newest transactions'],
  [`tx/0x${'12'.repeat(32)}`, 'No transaction has this hash'],
  ['mining', 'by family of quizzes'],
  ['network', 'this node is alone'],
  ['mempool', 'ready for the next blocks'],
  ['engine', 'Determinism domain'],
  ['wallet', 'Sign and send'],
  ['nowhere', 'There is no such page.'],
] as const

describe.skipIf(executablePath === undefined)('the explorer page', () => {
  let node: ServingNode
  let browser: Browser

  beforeAll(async () => {
    buildPage()
    node = await startServingNode({ extraData: MARKUP })
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] })
  })

  afterAll(async () => {
    await browser?.close()
    await node?.stop()
  })

  async function go(page: Page, place: string, text: string): Promise<void> {
    await page.goto(`${node.url}#/${place}`)
    await page.locator('main').getByText(text).first().waitFor()
  }

  async function newestBlock(page: Page): Promise<number> {
    const text = await page.locator('tbody tr').first().locator('td').first().innerText()
    return Number(text.replace(',', ''))
  }

  it.each([
    { colorScheme: 'light', width: 400 },
    { colorScheme: 'dark', width: 1280 },
  ] as const)('shows every page to everybody: $colorScheme, $width px wide', async ({ colorScheme, width }) => {
    const page = await openPage(browser, { colorScheme, viewport: { width, height: 900 } })
    for (const [place, text] of PAGES) {
      await go(page, place, text)
      const tooWide = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')
      expect(tooWide, `#/${place} is wider than the window`).toBeLessThanOrEqual(0)
      await page.evaluate(axe.source)
      const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
      expect(found, `#/${place}`).toEqual([])
    }
  })

  it('shows new blocks as they come, without being loaded again', async () => {
    const page = await openPage(browser)
    await go(page, '', 'Newest blocks')
    await page.evaluate('window.isTheSamePage = true')
    const before = await newestBlock(page)
    await expect.poll(() => newestBlock(page), { timeout: 60_000 }).toBeGreaterThan(before)
    expect(await page.evaluate('window.isTheSamePage')).toBe(true)
    await page.getByText('live', { exact: true }).waitFor()
  })

  it('asks for new blocks where no WebSocket gets through', async () => {
    const page = await openPage(browser)
    let refused = 0
    await page.routeWebSocket(/.*/, async (socket) => {
      refused++
      await socket.close()
    })
    await go(page, '', 'Newest blocks')
    const before = await newestBlock(page)
    await expect.poll(() => newestBlock(page), { timeout: 60_000 }).toBeGreaterThan(before)
    await page.getByText('live', { exact: true }).waitFor()
    expect(refused).toBeGreaterThan(0)
  })

  it('listens again when its line to the node breaks', async () => {
    const page = await openPage(browser)
    let lines = 0
    const told: string[] = []
    await page.routeWebSocket(/.*/, (socket) => {
      const line = ++lines
      const server = socket.connectToServer()
      socket.onMessage((message) => server.send(message))
      server.onMessage((message) => {
        const isHead = String(message).includes('eth_subscription')
        if (isHead) told.push(`line ${line}`)
        socket.send(message)
        if (isHead && line === 1) void socket.close()
      })
    })
    await go(page, '', 'Newest blocks')
    await expect.poll(() => told, { timeout: 60_000 }).toContain('line 2')
    await page.getByText('live', { exact: true }).waitFor()
  })

  it('replays a block on demand, shows its exam, and proves its leaves', async () => {
    const page = await openPage(browser)
    await go(page, 'block/1', 'The whole text and its hashes')
    expect(await page.getByText('This node’s numbers agree with the header, bit for bit.').count()).toBe(1)
    expect(await page.locator('.heat li').count()).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Replay in this node' }).click()
    await page.getByText(/valid, replayed in \d+(\.\d+)? ms/).waitFor()
    await page.getByRole('button', { name: '0', exact: true }).click()
    await page.getByText('✓ yes').waitFor()
  })

  it('finds blocks, transactions and accounts by what people type', async () => {
    const page = await openPage(browser)
    await go(page, '', 'Newest blocks')
    const { hash } = await node.call<{ hash: string }>('eth_getBlockByNumber', ['0x1', false])
    for (const [typed, place] of [
      ['1', '#/block/1'],
      [hash, `#/block/${hash}`],
      [PAYEE, `#/address/${PAYEE}`],
    ] as const) {
      await page.getByRole('searchbox').fill(typed)
      await page.keyboard.press('Enter')
      await page.waitForURL((url) => url.hash === place)
    }
    await page.getByRole('searchbox').fill('<b>nonsense</b>')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Nothing has that name').waitFor()
  })

  it('can be walked by the keyboard alone', async () => {
    const page = await openPage(browser)
    const focused = page.locator(':focus')
    await go(page, 'engine', 'Determinism domain')
    await page.keyboard.press('Tab')
    expect(await focused.innerText()).toContain('Skip to the content')
    for (let steps = 0; (await focused.innerText()) !== 'Network'; steps++) {
      expect(steps).toBeLessThan(10)
      await page.keyboard.press('Tab')
    }
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Network' }).waitFor()
    // Focus is where reading goes on, not behind a link that is gone.
    expect(await focused.getAttribute('id')).toBe('main')
    expect(await page.title()).toBe('Network · poai')
    await page.getByRole('button', { name: 'Change to the dark theme' }).focus()
    await page.keyboard.press('Space')
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
  })

  it('skips to the content of the page that is open', async () => {
    const page = await openPage(browser)
    await go(page, 'engine', 'Determinism domain')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.locator(':focus').getAttribute('id')).toBe('main')
    await page.getByRole('heading', { name: 'Engine' }).waitFor()
  })

  it('sends from a development account, and deploys and asks a contract whose name is markup', async () => {
    const page = await openPage(browser)
    await go(page, 'wallet', 'Sign and send')
    await page.getByLabel(/^To/).fill(PAYEE)
    await page.getByLabel('Amount in POAI').fill('1.5')
    await page.getByRole('button', { name: 'Sign and send' }).click()
    await page.getByRole('status').getByRole('link').click()
    // The page waits for the block by itself.
    await page.getByText('✓ succeeded').waitFor()
    await page.getByText('1.5 POAI').first().waitFor()

    await go(page, 'wallet', 'Sign and send')
    await page.getByLabel('Data or bytecode').fill(hostileTokenCode())
    await page.getByRole('button', { name: 'Sign and send' }).click()
    await page.getByRole('status').getByRole('link').click()
    await page.getByText('✓ succeeded').waitFor()
    await page.locator('.tag', { hasText: 'Transfer' }).waitFor()
    await page.getByText('1,000', { exact: true }).waitFor()
    const contract = page.locator('dt:text-is("Contract") + dd a')
    const address = await contract.innerText()
    await contract.click()
    await page.getByRole('heading', { name: 'Token' }).waitFor()
    // Its name and its symbol, each when the node has said it.
    await expect.poll(() => page.getByText(MARKUP).count(), { timeout: 60_000 }).toBe(2)
    expect(await page.locator('main img').count()).toBe(0)

    await go(page, 'wallet', 'Sign and send')
    await page.getByLabel('Contract', { exact: true }).fill(address)
    await page.getByLabel('Call data').fill('0x06fdde03')
    await page.getByRole('button', { name: 'Call', exact: true }).click()
    await page.getByText(Buffer.from(MARKUP).toString('hex')).waitFor()
  })

  it('shows what miners write into blocks as text', async () => {
    const page = await openPage(browser)
    await go(page, 'block/1', 'Extra data')
    expect(await page.getByText(MARKUP).count()).toBe(1)
    expect(await page.locator('main img').count()).toBe(0)
  })

  it('sends by the wallet of the browser, which it tells of the chain', async () => {
    const wallet = createTestWallet(node, WALLET_KEY)
    const page = await openPage(browser)
    await page.exposeFunction('askTestWallet', wallet.request)
    await page.addInitScript('window.ethereum = { request: (call) => window.askTestWallet(call) }')
    await go(page, 'wallet', 'Sign and send')
    await page.getByRole('button', { name: 'Connect the browser’s wallet' }).click()
    await page.getByText(`Browser wallet: ${wallet.address}`).waitFor({ state: 'attached' })
    await page.getByLabel(/^To/).fill(PAYEE)
    await page.getByLabel('Amount in POAI').fill('0.25')
    await page.getByRole('button', { name: 'Sign and send' }).click()
    await page.getByRole('status').getByRole('link').click()
    await page.getByText('✓ succeeded').waitFor()
    expect(wallet.asked).toEqual([
      'eth_requestAccounts',
      'wallet_switchEthereumChain',
      'wallet_addEthereumChain',
      'eth_sendTransaction',
    ])
    const explorer = new URL('/', page.url()).href
    expect(wallet.added).toMatchObject([{ rpcUrls: [explorer], blockExplorerUrls: [explorer] }])
    // As wallets link to what they have sent.
    await page.goto(`${explorer}address/${wallet.address}`)
    await page.getByRole('heading', { name: 'Account' }).waitFor()
  })

  it('shows transactions that wait', async () => {
    const signed = await signTransaction(node, QUEUE_KEY, { to: PAYEE, value: '0x7', data: '0x', nonce: 9n })
    const hash = await node.call<string>('eth_sendRawTransaction', [signed])
    const page = await openPage(browser)
    await go(page, 'mempool', 'Queued')
    await page.getByTitle(hash).click()
    await page.getByText('pending', { exact: true }).waitFor()
  })
})
