import { bytesToHex, createTransactionCodec, genesisHash } from '@poai/core'
import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { createMethods } from '../../src/methods/create-methods.ts'
import { callsOf, ELSEWHERE, fill, PARTS } from '../support/every-method.ts'
import { NOT_OFFERED, PUBLIC_METHODS, PUBLIC_NAMES } from '../support/public-schemas.ts'
import { contextOf, dependenciesOf, openRpcFixture } from '../support/rpc-fixture.ts'

const TOKEN = 'the owner'
/** Public methods that peers and mining bring. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  ...['net_listening', 'net_peerCount'],
  ...['eth_mining', 'eth_hashrate', 'eth_coinbase'],
])

it('answers every method in its schema, and in the public one', async () => {
  const http = { host: '127.0.0.1', port: 0, corsOrigins: [], virtualHosts: [], token: TOKEN }
  const fixture = await openRpcFixture({ server: { http }, dependencies: PARTS })
  const methods = createMethods({ ...dependenciesOf(fixture), ...PARTS }, contextOf(fixture))
  const calls = callsOf(await fill(fixture))
  const names = methods.map(({ name }) => name).filter((name) => !ELSEWHERE.has(name))
  expect(Object.keys(calls).sort()).toEqual(names.sort())
  const ajv = new Ajv({ allErrors: true, strict: false })
  for (const { name, result } of methods) {
    const judges = [ajv.compile(result)]
    const known = PUBLIC_METHODS[name]
    if (known !== undefined) judges.push(ajv.compile(known.result))
    for (const params of calls[name] ?? []) {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: name, params })
      const answer: unknown = await (await fixture.post(body, { authorization: `Bearer ${TOKEN}` })).json()
      const question = `${name}(${JSON.stringify(params)})`
      expect(answer, `${question}: ${JSON.stringify(answer)}`).toHaveProperty('result')
      for (const judge of judges) {
        const isValid = judge((answer as { readonly result: unknown }).result)
        expect(isValid, `${question}: ${ajv.errorsText(judge.errors)} in ${JSON.stringify(answer)}`).toBe(true)
      }
    }
  }
})

it('has every public method that applies, and takes the arguments that clients give it', async () => {
  const fixture = await openRpcFixture()
  const methods = new Map(
    createMethods(dependenciesOf(fixture), contextOf(fixture)).map((method) => [method.name, method]),
  )
  for (const [name, { arguments: given }] of Object.entries(PUBLIC_METHODS)) {
    if (OF_OTHERS.has(name)) continue
    const params = methods.get(name)?.params ?? []
    const required = params.filter(({ isRequired }) => isRequired).length
    expect({ name, isThere: methods.has(name) }).toEqual({ name, isThere: true })
    expect(required, `${name} wants more than clients give`).toBeLessThanOrEqual(given[0])
    expect(params.length, `${name} takes less than clients give`).toBeGreaterThanOrEqual(given[1])
  }
})

it('offers 54 of the 57 methods of the public specification, and holds its answers against all of those', async () => {
  const fixture = await openRpcFixture()
  const own = createMethods(dependenciesOf(fixture), contextOf(fixture)).map(({ name }) => name)
  const offered = new Set([...own, ...OF_OTHERS])
  expect(new Set(PUBLIC_NAMES).size).toBe(57)
  expect(PUBLIC_NAMES.filter((name) => !offered.has(name))).toEqual(Object.keys(NOT_OFFERED).sort())
  expect(PUBLIC_NAMES.filter((name) => offered.has(name) && PUBLIC_METHODS[name] === undefined)).toEqual([])
})

it('gives the hashes that the bytes have', async () => {
  const fixture = await openRpcFixture()
  const places = await fill(fixture)
  const genesis = (await fixture.call('eth_getBlockByNumber', ['earliest', false])) as { readonly hash: string }
  expect(genesis.hash).toBe(bytesToHex(genesisHash(fixture.params)))
  const raw = await fixture.call('poai_getRawHeader', [places.block])
  expect(await fixture.call('web3_sha3', [raw])).toBe(places.block)
  const bytes = Uint8Array.from(
    Buffer.from(String(await fixture.call('eth_getRawTransactionByHash', [places.call])).slice(2), 'hex'),
  )
  expect(bytesToHex(createTransactionCodec(fixture.params.chainId).decode(bytes).hash)).toBe(places.call)
})
