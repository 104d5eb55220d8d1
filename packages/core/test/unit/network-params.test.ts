import { describe, expect, it } from 'vitest'
import {
  BUILT_IN_NETWORKS,
  bytesToHex,
  devnet,
  genesisHash,
  type JsonValue,
  NetworkParamsError,
  networkParamsToJson,
  parseNetworkParams,
} from '../../src/index.ts'

type JsonObject = { [key: string]: JsonValue }

const fresh = (): JsonObject => structuredClone(networkParamsToJson(devnet)) as JsonObject

/** Every path to a number, string or list entry of a document. */
function leaves(value: JsonValue, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]))
}

function setAt(document: JsonObject, path: readonly string[], change: (value: JsonValue) => JsonValue): void {
  const parent = path.slice(0, -1).reduce<JsonObject>((node, key) => node[key] as JsonObject, document)
  const last = path.at(-1) as string
  parent[last] = change(parent[last] as JsonValue)
}

/** A value of the same kind, but another one. */
function otherThan(value: JsonValue): JsonValue {
  if (typeof value === 'number') return value > 5000 ? value - 1 : value + 1
  const text = value as string
  if (/^[0-9]+$/.test(text)) return (BigInt(text) - 1n).toString()
  const last = text.at(-1) === '1' ? '2' : '1'
  return text === '0x' ? '0x00' : text.slice(0, -1) + last
}

function faultsOf(json: unknown): readonly string[] {
  try {
    parseNetworkParams(json)
  } catch (error) {
    if (error instanceof NetworkParamsError) return error.faults.map(({ path }) => path)
    throw error
  }
  return []
}

describe('the genesis hash', () => {
  const fixed = new Set(['hardfork', 'work.exam.format', 'inference.models.0.format', 'inference.models.1.format'])
  const paths = leaves(fresh()).filter((path) => !fixed.has(path.join('.')))

  it.each(paths.map((path) => [path.join('.'), path] as const))('commits to %s', (_, path) => {
    const changed = fresh()
    setAt(changed, path, otherThan)
    expect(bytesToHex(genesisHash(parseNetworkParams(changed)))).not.toBe(bytesToHex(genesisHash(devnet)))
  })

  it('commits to every account', () => {
    const changed = fresh()
    setAt(changed, ['genesis', 'accounts'], (accounts) => (accounts as JsonValue[]).slice(1))
    expect(bytesToHex(genesisHash(parseNetworkParams(changed)))).not.toBe(bytesToHex(genesisHash(devnet)))
  })

  it('differs between the built-in networks', () => {
    const hashes = Object.values(BUILT_IN_NETWORKS).map((params) => bytesToHex(genesisHash(params)))
    expect(new Set(hashes).size).toBe(hashes.length)
    const chainIds = Object.values(BUILT_IN_NETWORKS).map((params) => params.chainId)
    expect(new Set(chainIds).size).toBe(chainIds.length)
  })
})

describe('parseNetworkParams', () => {
  it('reports all faults together, each with its path', () => {
    const json = fresh()
    setAt(json, ['chainId'], () => 0)
    setAt(json, ['work', 'modelSha256'], () => '0x12')
    setAt(json, ['work', 'exam', 'probes'], () => 17)
    setAt(json, ['genesis', 'accounts'], (accounts) => [...(accounts as JsonValue[]), { address: '0x', wealth: 1 }])
    ;(json as Record<string, JsonValue>)['colour'] = 'blue'
    expect(faultsOf(json)).toEqual([
      'colour',
      'chainId',
      'work.modelSha256',
      'work.exam.probes',
      'genesis.accounts[10].wealth',
      'genesis.accounts[10].address',
    ])
  })

  it.each<[string, readonly string[], (value: JsonValue) => JsonValue]>([
    ['difficulty.initialTarget', ['difficulty', 'easiestTarget'], () => 1],
    ['gas.initialLimit', ['gas', 'minLimit'], () => 30_000_001],
    ['work.exam.tokens', ['work', 'exam', 'tokens'], () => 55],
    [
      'genesis.accounts[10]',
      ['genesis', 'accounts'],
      (accounts) => [...(accounts as JsonValue[]), (accounts as JsonValue[])[0] as JsonValue],
    ],
  ])('finds the contradiction at %s', (fault, path, change) => {
    const json = fresh()
    setAt(json, path, change)
    expect(faultsOf(json)).toEqual([fault])
  })

  it.each([undefined, null, 7, 'text', []])('refuses %j as a document', (json) => {
    expect(faultsOf(json)).toEqual(['(top)'])
  })

  it('is not fooled by names that every object has', () => {
    expect(faultsOf(JSON.parse('{"__proto__": {"name": "x"}, "constructor": 1}')).slice(0, 2)).toEqual([
      '__proto__',
      'constructor',
    ])
  })

  it('takes integers as numbers, decimal text or hexadecimal text, and nothing else', () => {
    for (const chainId of [devnet.chainId.toString(), `0x${devnet.chainId.toString(16)}`]) {
      const json = fresh()
      setAt(json, ['chainId'], () => chainId)
      expect(parseNetworkParams(json)).toEqual(devnet)
    }
    for (const chainId of ['', '01', '-1', '1.0', '1e3', '0x', '0xG', ' 1', 1.5, true, 2 ** 53]) {
      const json = fresh()
      setAt(json, ['chainId'], () => chainId)
      expect(faultsOf(json), JSON.stringify(chainId)).toEqual(['chainId'])
    }
  })
})
