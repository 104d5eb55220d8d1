import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openRpcFixture } from '../support/rpc-fixture.ts'

const LONG = 'let a = 1\n'.repeat(1000)

async function openSite(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'poai-site-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  await mkdir(join(directory, 'site', 'assets'), { recursive: true })
  await writeFile(join(directory, 'secret.html'), 'secret')
  await writeFile(join(directory, 'site', 'index.html'), '<title>page</title>')
  await writeFile(join(directory, 'site', 'assets', 'a-1.js'), 'let a')
  await writeFile(join(directory, 'site', 'assets', 'long.js'), LONG)
  await writeFile(join(directory, 'site', 'notes.txt'), 'no type')
  const findExtraFile = async (name: string): Promise<string | undefined> =>
    name === 'engine/one.wasm' ? join(directory, 'elsewhere.wasm') : undefined
  await writeFile(join(directory, 'elsewhere.wasm'), 'a module')
  const { url } = await openRpcFixture({ server: { siteDirectory: join(directory, 'site'), findExtraFile } })
  return url
}

/** Asks for a path as it stands, which `fetch` would tidy up. */
function get(url: string, path: string): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  request(url, { path }, (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  }).end()
  return promise
}

it('serves the page under a strict policy, beside JSON-RPC', async () => {
  const url = await openSite()
  const page = await fetch(url)
  expect(await page.text()).toBe('<title>page</title>')
  expect(page.headers.get('content-security-policy')).toContain(
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'",
  )
  expect(page.headers.get('cache-control')).toBe('no-cache')
  const again = await fetch(url, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } })
  expect(again.status).toBe(304)
  const asset = await fetch(`${url}/assets/a-1.js`)
  expect(asset.headers.get('cache-control')).toContain('immutable')
  const answer = await fetch(url, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}' })
  expect(await answer.json()).toMatchObject({ result: '0x0' })
})

it.each([
  ['gzip, deflate, br', 'gzip'],
  ['br;q=1, gzip;q=0.5', 'gzip'],
  ['gzip;q=0', null],
  ['identity', null],
])('sends less to those who accept it: %s', async (accepted, encoding) => {
  const answer = await fetch(`${await openSite()}/assets/long.js`, { headers: { 'accept-encoding': accepted } })
  expect(answer.headers.get('content-encoding')).toBe(encoding)
  expect(Number(answer.headers.get('content-length')) < LONG.length).toBe(encoding !== null)
  expect(await answer.text()).toBe(LONG)
})

it.each([
  ['/tx/0xab', '/#/tx/0xab'],
  ['/address/0x01/', '/#/address/0x01'],
  ['/token/0x01', '/#/address/0x01'],
  ['/block/12', '/#/block/12'],
])('leads wallets that link to %s to the page’s %s', async (path, place) => {
  const answer = await fetch(`${await openSite()}${path}`, { redirect: 'manual' })
  expect([answer.status, answer.headers.get('location')]).toEqual([302, place])
})

it('leads nowhere before the page is built', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'poai-site-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const { url } = await openRpcFixture({ server: { siteDirectory: directory } })
  expect((await fetch(`${url}/tx/0xab`, { redirect: 'manual' })).status).toBe(404)
  // As soon as it is there, it does.
  await writeFile(join(directory, 'index.html'), '<title>page</title>')
  expect((await fetch(`${url}/tx/0xab`, { redirect: 'manual' })).status).toBe(302)
})

it.each([
  '/tx/',
  '/tx/0xab/more',
  '/tx/%2f%2fevil.example',
  '/mempool/1',
  '/../secret.html',
  '/%2e%2e/secret.html',
  '/..%2fsecret.html',
  '/assets/../../secret.html',
  '/notes.txt',
  '/nothing.html',
  '/%00',
  '/%zz',
])('has nothing at %s', async (path) => {
  expect(await get(await openSite(), path)).toBe(404)
})

it('serves a file that lies elsewhere under the name that it was given, and no other', async () => {
  const url = await openSite()
  const module = await fetch(`${url}/engine/one.wasm`)
  expect(module.headers.get('content-type')).toBe('application/wasm')
  expect(await module.text()).toBe('a module')
  for (const name of ['engine/two.wasm', 'elsewhere.wasm', 'engine/../elsewhere.wasm']) {
    expect(await get(url, `/${name}`)).toBe(404)
  }
})
