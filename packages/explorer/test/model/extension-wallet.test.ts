import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { chromiumForTests } from '../support/find-chromium.ts'
import { type OriginRelay, openOriginRelay } from '../support/origin-relay.ts'
import { buildPage, type ServingNode, startServingNode } from '../support/start-node.ts'
import { type BrowserWithWallet, startBrowserWithWallet } from '../support/wallet-extension.ts'

const executablePath = chromiumForTests()

/** The development account of which the extension has the key. */
const ACCOUNT = '0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc'
const PAYEE = '0x3333333333333333333333333333333333333333'
const ANSWER_LIMIT = { timeout: 60_000 }
const CHAIN_ID_CALL = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'

/** What the wallet knows, read from its service worker. */
interface WalletState {
  readonly asked: readonly string[]
  readonly heads: readonly number[]
  readonly receipts: readonly { readonly hash: string; readonly status: string }[]
  readonly chain?: unknown
}

describe.skipIf(executablePath === undefined)('a wallet in an extension of the browser', () => {
  let node: ServingNode
  let relay: OriginRelay
  let browser: BrowserWithWallet
  let page: Page

  beforeAll(async () => {
    buildPage()
    // As it is by default: no origin is allowed.
    node = await startServingNode()
    relay = await openOriginRelay(node.url)
    browser = await startBrowserWithWallet(executablePath ?? '')
    page = await browser.context.newPage()
  })

  afterAll(async () => {
    await browser?.close()
    await relay?.close()
    await node?.stop()
  })

  function readWallet(): Promise<WalletState> {
    return browser.worker.evaluate('globalThis.wallet')
  }

  /** What an origin asked for. */
  function linesOf(wanted: string): readonly string[] {
    return relay.requests.filter(({ origin }) => origin === wanted).map(({ line }) => line)
  }

  async function go(place: string, text: string): Promise<void> {
    await page.goto(`${relay.url}#/${place}`)
    await page.locator('main').getByText(text).first().waitFor()
  }

  it('is found by the page, by both ways in which pages look for wallets', async () => {
    await go('wallet', 'Sign and send')
    const found = await page.evaluate(`(() => {
      const told = []
      const hear = ({ detail }) => told.push([detail.info.rdns, detail.provider === window.ethereum])
      window.addEventListener('eip6963:announceProvider', hear)
      window.dispatchEvent(new Event('eip6963:requestProvider'))
      return told
    })()`)
    expect(found).toEqual([['example.wallet', true]])
    expect(await page.evaluate(`window.ethereum.request({ method: 'eth_accounts' })`)).toEqual([ACCOUNT])
    const unknown = await page.evaluate(`window.ethereum.request({ method: 'eth_sign' }).catch(({ code }) => code)`)
    expect(unknown).toBe(4200)
  })

  it('adds the chain by what the page says, after it has asked the node itself', async () => {
    await go('wallet', 'Sign and send')
    await page.getByRole('button', { name: 'Connect the browser’s wallet' }).click()
    await page.getByText(`Browser wallet: ${ACCOUNT}`).waitFor({ state: 'attached' })
    const { chain, asked } = await readWallet()
    expect(asked.slice(-3)).toEqual(['eth_requestAccounts', 'wallet_switchEthereumChain', 'wallet_addEthereumChain'])
    expect(chain).toEqual({
      chainId: await node.call('eth_chainId'),
      chainName: 'poai',
      rpcUrls: [relay.url],
      blockExplorerUrls: [relay.url],
      nativeCurrency: { name: 'POAI', symbol: 'POAI', decimals: 18 },
    })
    expect(await page.evaluate(`window.ethereum.request({ method: 'eth_chainId' })`)).toBe(
      await node.call('eth_chainId'),
    )
  })

  it('follows the chain by WebSocket', async () => {
    await expect.poll(async () => (await readWallet()).heads.length, ANSWER_LIMIT).toBeGreaterThan(1)
    const { heads } = await readWallet()
    expect(heads).toEqual(heads.map((_, index) => (heads[0] ?? 0) + index))
  })

  it('signs and sends what the page asks for, and links to it', async () => {
    await page.getByLabel(/^To/).fill(PAYEE)
    await page.getByLabel('Amount in POAI').fill('0.25')
    await page.getByRole('button', { name: 'Sign and send' }).click()
    await page.getByRole('status').getByRole('link').click()
    await page.getByText('✓ succeeded').waitFor()
    expect(BigInt(await node.call<string>('eth_getBalance', [PAYEE, 'latest']))).toBe(250_000_000_000_000_000n)
    await expect.poll(async () => (await readWallet()).receipts.length, ANSWER_LIMIT).toBe(1)
    const { receipts, chain } = await readWallet()
    expect(receipts).toMatchObject([{ status: '0x1' }])
    // As wallets make links of blockExplorerUrls.
    const [explorer] = (chain as { readonly blockExplorerUrls: readonly string[] }).blockExplorerUrls
    await page.goto(`${explorer}tx/${receipts[0]?.hash}`)
    await page.getByText('✓ succeeded').waitFor()
  })

  it('was let in as an extension: by its origin, for calls and for the WebSocket', () => {
    expect(browser.origin).toMatch(/^chrome-extension:\/\/[a-p]{32}$/)
    const lines = linesOf(browser.origin)
    expect(lines.filter((line) => line === 'POST / HTTP/1.1').length).toBeGreaterThan(5)
    expect(lines).toContain('GET / HTTP/1.1')
  })

  it('needs no permission for the node: where it has none, the browser asks the node first', async () => {
    // The scripts that it puts into pages give it a permission for 127.0.0.1, but none for this name.
    const url = relay.url.replace('127.0.0.1', 'localhost')
    const headers = { 'content-type': 'application/json' }
    const request = JSON.stringify({ method: 'POST', headers, body: CHAIN_ID_CALL })
    const answer = await browser.worker.evaluate(`fetch('${url}', ${request}).then((it) => it.json())`)
    expect(answer).toMatchObject({ result: await node.call('eth_chainId') })
    expect(linesOf(browser.origin)).toContain('OPTIONS / HTTP/1.1')
  })

  it('is alone in that: a page of another origin hears nothing', async () => {
    const server = createServer((_, response) => response.end('<title>elsewhere</title>'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const elsewhere = await browser.context.newPage()
    await elsewhere.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    const heard = await elsewhere.evaluate(
      `fetch('${relay.url}', { method: 'POST', body: '${CHAIN_ID_CALL}' }).then((it) => it.text(), (error) => error.name)`,
    )
    expect(heard).toBe('TypeError')
    const opened = await elsewhere.evaluate(`new Promise((resolve) => {
      const socket = new WebSocket('${relay.url.replace('http', 'ws')}')
      socket.onopen = () => resolve('opened')
      socket.onerror = () => resolve('refused')
    })`)
    expect(opened).toBe('refused')
    await elsewhere.close()
  })

  it('may be one of Firefox, too', async () => {
    const origin = 'moz-extension://6f2b6e0c-5f7d-4a53-9b5e-2f6b9a6f4d11'
    const asked = await fetch(node.url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })
    expect(asked.headers.get('access-control-allow-origin')).toBe(origin)
    expect(asked.headers.get('access-control-allow-headers')).toContain('content-type')
    const answer = await fetch(node.url, { method: 'POST', headers: { origin }, body: CHAIN_ID_CALL })
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    expect(await answer.json()).toMatchObject({ result: await node.call('eth_chainId') })
  })
})
