import { describe, expect, it } from 'vitest'
import { openRpcFixture } from '../support/rpc-fixture.ts'

describe('JSON-RPC over HTTP', () => {
  it('answers batches in order and says nothing to notifications', async () => {
    const { post } = await openRpcFixture()
    const batch = [
      { jsonrpc: '2.0', id: 'a', method: 'eth_blockNumber' },
      { jsonrpc: '2.0', method: 'eth_blockNumber' },
      { jsonrpc: '2.0', id: 2, method: 'eth_nothing', params: [] },
      7,
    ]
    const answers = await (await post(JSON.stringify(batch))).json()
    expect(answers).toEqual([
      { jsonrpc: '2.0', id: 'a', result: '0x0' },
      { jsonrpc: '2.0', id: 2, error: { code: -32_601, message: expect.stringContaining('does not exist') } },
      { jsonrpc: '2.0', id: null, error: { code: -32_600, message: expect.any(String) } },
    ])
    expect((await post(JSON.stringify(batch[1]))).status).toBe(204)
  })

  it.each([
    ['no JSON', '{', -32_700],
    ['a deep nest', `${'['.repeat(100)}${']'.repeat(100)}`, -32_700],
    ['an empty batch', '[]', -32_600],
    ['a huge batch', `[${'1,'.repeat(1000)}1]`, -32_005],
    ['another version', '{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}', -32_600],
    ['named arguments', '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{"a":1}}', -32_600],
    ['an object for a method', '{"jsonrpc":"2.0","id":1,"method":{"toString":1}}', -32_600],
    ['a method of objects', '{"jsonrpc":"2.0","id":1,"method":"__proto__"}', -32_601],
    ['another method of objects', '{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32_601],
    ['an argument too many', '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[1]}', -32_602],
    ['a missing argument', '{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":[]}', -32_602],
    ['a short address', '{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x12"]}', -32_602],
    [
      'a tag that is none',
      '{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["newest",false]}',
      -32_602,
    ],
    ['a private method', '{"jsonrpc":"2.0","id":1,"method":"debug_getRawHeader"}', -32_601],
  ])('refuses %s', async (_, body, code) => {
    const { post } = await openRpcFixture()
    const answer = (await (await post(body)).json()) as { readonly error: { readonly code: number } }
    expect(answer.error.code).toBe(code)
  })

  it('keeps strangers out: other host names, other origins, too much at once', async () => {
    const { post, url, server } = await openRpcFixture({ server: { limits: { maxBodyBytes: 1000 } } })
    expect(server.url).toBe(url)
    expect((await post('{}', { origin: 'https://evil.example' })).status).toBe(403)
    expect((await post(' '.repeat(1001))).status).toBe(413)
    expect((await fetch(url)).status).toBe(404)
    expect((await fetch(url, { method: 'PUT' })).status).toBe(405)
  })

  it.each([
    ['Chrome', 'chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn'],
    ['Firefox', 'moz-extension://6f2b6e0c-5f7d-4a53-9b5e-2f6b9a6f4d11'],
    ['Safari', 'safari-web-extension://3A6B2C0E-7C35-4E3B-9A4D-0E5B8C4F2D10'],
  ])('answers wallets in %s, and tells the browser that they may read it', async (_, origin) => {
    const { post } = await openRpcFixture()
    const answer = await post('{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}', { origin })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
  })

  it.each([
    'chrome-extension://evil.example/page',
    'https://chrome-extension.example',
    'xchrome-extension://abc',
    'null',
  ])('refuses %s, which only looks like one', async (origin) => {
    const { post } = await openRpcFixture()
    expect((await post('{}', { origin })).status).toBe(403)
  })

  it('opens the private methods to who knows the token', async () => {
    const { post } = await openRpcFixture({
      server: { http: { host: '127.0.0.1', port: 0, corsOrigins: ['*'], virtualHosts: [], token: 'secret' } },
    })
    const body = '{"jsonrpc":"2.0","id":1,"method":"debug_getRawHeader"}'
    const codeFor = async (token: string): Promise<unknown> => {
      const answer = (await (await post(body, { authorization: `Bearer ${token}` })).json()) as {
        readonly error: { readonly code: number }
      }
      return answer.error.code
    }
    // It wants an argument: the method is there.
    expect(await codeFor('secret')).toBe(-32_602)
    expect(await codeFor('guess')).toBe(-32_601)
  })
})
