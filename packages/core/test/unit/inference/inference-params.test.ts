import { describe, expect, test } from 'vitest'
import {
  bytesToHex,
  devnet,
  EMPTY_TRIE_ROOT,
  forkIdAt,
  genesisHash,
  genesisHeader,
  type InferenceParams,
  type NetworkParams,
  NetworkParamsError,
  networkParamsToJson,
  parseNetworkParams,
  rulesAt,
} from '../../../src/index.ts'
import { CALLABLE } from '../../support/callable-model.ts'

const inference: InferenceParams = { models: [CALLABLE] }
const { inference: _, ...plain }: NetworkParams = devnet
const calling: NetworkParams = { ...plain, inference }

function faultsOf(models: InferenceParams['models']): readonly string[] {
  try {
    parseNetworkParams(networkParamsToJson({ ...plain, inference: { models } }))
  } catch (error) {
    if (error instanceof NetworkParamsError) return error.faults.map(({ path }) => path)
    throw error
  }
  return []
}

describe('the models that contracts may call', () => {
  test('are read back as they were written', () => {
    expect(parseNetworkParams(networkParamsToJson(calling))).toEqual(calling)
    expect(parseNetworkParams(networkParamsToJson(plain))).toEqual(plain)
  })

  test('make another network, whose genesis header has a root of answers', () => {
    expect(bytesToHex(genesisHash(calling))).not.toBe(bytesToHex(genesisHash(plain)))
    expect(genesisHeader(calling).answersRoot).toEqual(EMPTY_TRIE_ROOT)
    expect(genesisHeader(plain)).not.toHaveProperty('answersRoot')
  })

  test('may come with a fork, and its id says which', () => {
    const cheap = { models: [{ ...CALLABLE, baseGas: 20_000n }] }
    const forkTo = (value: InferenceParams): NetworkParams => ({
      ...plain,
      forks: [{ name: 'calls', number: 10n, changes: { inference: value } }],
    })
    const forked = forkTo(inference)
    expect(parseNetworkParams(networkParamsToJson(forked))).toEqual(forked)
    expect(rulesAt(forked, 9n).inference).toBeUndefined()
    expect(rulesAt(forked, 10n).inference).toEqual(inference)
    expect(bytesToHex(genesisHash(forked))).toBe(bytesToHex(genesisHash(plain)))
    expect(bytesToHex(forkIdAt(forked, 10n).hash)).not.toBe(bytesToHex(forkIdAt(forkTo(cheap), 10n).hash))
  })

  test('stay until a fork changes them', () => {
    const forks = [{ name: 'other', number: 10n, changes: { gas: { minLimit: 6_000n } } }]
    expect(rulesAt({ ...calling, forks }, 10n).inference).toEqual(inference)
  })

  test('are at least one, each once, with prices of at least their bytes', () => {
    expect(faultsOf([CALLABLE])).toEqual([])
    expect(faultsOf([])).toEqual(['inference.models'])
    expect(faultsOf([CALLABLE, { ...CALLABLE, name: 'again' }])).toEqual(['inference.models[1].sha256'])
    expect(faultsOf([{ ...CALLABLE, stopTokens: [13, 2] }])).toEqual(['inference.models[0].stopTokens'])
    expect(faultsOf([{ ...CALLABLE, baseGas: 9_999n }])).toEqual(['inference.models[0].baseGas'])
    expect(faultsOf([{ ...CALLABLE, promptTokenGas: 99n }])).toEqual(['inference.models[0].promptTokenGas'])
    expect(faultsOf([{ ...CALLABLE, outputTokenGas: 999n }])).toEqual(['inference.models[0].outputTokenGas'])
    expect(faultsOf([{ ...CALLABLE, contextTokens: 4_097 }])).toEqual(['inference.models[0].contextTokens'])
  })
})
