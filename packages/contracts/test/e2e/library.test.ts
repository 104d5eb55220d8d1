import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesToHex, type CallableModel, type Hex, toHash32, uintToBytes } from '@poai/core'
import { ContractChain, rootOf, SCRIPTED_MODEL, type ScriptedModel, scriptedModel } from '@poai/testing/chain'
import { type Abi, stringToHex, zeroHash } from 'viem'
import { beforeAll, describe, expect, it } from 'vitest'
import { MODELS } from '../../src/index.ts'
import { compileSolidity } from '../support/compile-solidity.ts'
import { type Deployed, deploy } from '../support/deploy.ts'
import { PACKAGE, readSources } from '../support/make-artifacts.ts'

/** quiz-1's hash and the scripted model's prices. */
const QUIZ: CallableModel = { ...SCRIPTED_MODEL, sha256: toHash32(bytes(MODELS['quiz-1'])) }
const MODEL = MODELS['quiz-1']
const PRICES = { base: 20_000n, promptToken: 100n, outputToken: 1_000n }
const PROMPT = '\nQ: 17 + 25?\nA: '
/** "42" and the line end after it. */
const TOKENS = [0x34, 0x32, 0x0a].map((byte) => 3 + byte)
const ROOT = bytesToHex(rootOf(TOKENS))
/** What the library and the call around it take besides the model, with room. */
const AROUND = 10_000n

/** Around what `tryGenerate` must bring to succeed. */
const FIRST_GAS = 56_000n
const LAST_GAS = 68_000n
const GAS_STEP = 40n

function bytes(text: Hex): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'))
}

let probeCode: { readonly abi: Abi; readonly bytecode: Hex }

beforeAll(async () => {
  const sources = await readSources(join(PACKAGE, 'solidity'))
  const probe = await readFile(join(PACKAGE, 'test/support/solidity/Probe.sol'), 'utf8')
  const compiled = compileSolidity({ ...sources, 'probe/Probe.sol': probe })
  const { abi, bytecode } = compiled.find(({ name }) => name === 'Probe') ?? { abi: [], bytecode: '0x' as const }
  probeCode = { abi: abi as unknown as Abi, bytecode }
})

async function openProbe(
  models: readonly CallableModel[] = [QUIZ],
): Promise<{ readonly probe: Deployed<Abi>; readonly source: ScriptedModel }> {
  const source = scriptedModel((prompt) => (prompt === PROMPT ? '42' : 'who knows'))
  const chain = new ContractChain(source, models.length === 0 ? undefined : { models })
  return { probe: await deploy(chain, probeCode, []), source }
}

describe('generate', () => {
  it('returns what the model says', async () => {
    const { probe, source } = await openProbe()
    const answer = await probe.read('generate', [MODEL, stringToHex(PROMPT), 13])
    expect(answer).toEqual({ text: stringToHex('42'), tokens: 3, root: ROOT })
    expect(source.asked).toEqual([PROMPT])
  })

  it('cuts the answer at the number of tokens', async () => {
    const { probe } = await openProbe()
    expect(await probe.read('generate', [MODEL, stringToHex(PROMPT), 1])).toMatchObject({ text: stringToHex('4') })
  })

  it('passes on temperature and seed', async () => {
    const { probe } = await openProbe()
    const seed = bytesToHex(uintToBytes(7n, 32))
    expect(await probe.read('sampled', [MODEL, stringToHex(PROMPT), 13, 100_000, seed])).toMatchObject({ tokens: 3 })
    await expect(probe.read('sampled', [MODEL, stringToHex(PROMPT), 13, 100_001, seed])).rejects.toThrow('PoaiRefused')
  })

  it.each([
    ['a model that the network does not know', [zeroHash, stringToHex(PROMPT), 13]],
    ['a prompt that is too long by one', [MODEL, `0x${'20'.repeat(256 - 13)}`, 13]],
    ['no token', [MODEL, stringToHex(PROMPT), 0]],
  ])('reverts with the name of the model at %s', async (_, args) => {
    const { probe } = await openProbe()
    await expect(probe.read('generate', args as never)).rejects.toThrow(`PoaiRefused(${args[0]})`)
  })

  it('takes the longest prompt', async () => {
    const { probe } = await openProbe()
    expect(await probe.read('generate', [MODEL, `0x${'20'.repeat(255 - 13)}`, 13])).toMatchObject({ tokens: 10 })
  })

  it('says that the network has no models', async () => {
    const { probe } = await openProbe([])
    await expect(probe.read('generate', [MODEL, stringToHex(PROMPT), 13])).rejects.toThrow('PoaiAbsent()')
  })
})

describe('tryGenerate', () => {
  const cost = PRICES.base + 100n * BigInt(1 + PROMPT.length) + 13_000n

  it('returns what the model says, with the gas that it costs and no more', async () => {
    const { probe } = await openProbe()
    const [succeeded, answer] = (await probe.read('tryGenerate', [MODEL, stringToHex(PROMPT), 13, cost])) as unknown[]
    expect(succeeded).toBe(true)
    expect(answer).toMatchObject({ text: stringToHex('42') })
    expect(await probe.read('tryGenerate', [MODEL, stringToHex(PROMPT), 13, cost - 1n])).toMatchObject({ 0: false })
  })

  it('returns false at an unknown model, and loses no more gas than it was allowed', async () => {
    const { probe } = await openProbe()
    const result = (await probe.read('tryGenerate', [zeroHash, stringToHex(PROMPT), 13, cost])) as unknown[]
    expect(result[0]).toBe(false)
    expect(result[2]).toBeLessThan(cost + AROUND)
  })

  it('returns false where the network has no models', async () => {
    const { probe } = await openProbe([])
    expect(await probe.read('tryGenerate', [MODEL, stringToHex(PROMPT), 13, cost])).toMatchObject({ 0: false })
  })

  it('reverts, and does not return false, if the caller brings too little gas', async () => {
    const { probe } = await openProbe()
    /** What whoever chooses the gas can make of a call, in steps that are finer than any margin. */
    const outcomesOf = async (name: string): Promise<readonly string[]> => {
      const seen = new Set<string>()
      for (let gas = FIRST_GAS; gas < LAST_GAS; gas += GAS_STEP) {
        const args = [MODEL, stringToHex(PROMPT), 13, cost] as const
        const outcome = await probe.read(name, args, { gas }).then(
          (result) => `succeeded: ${(result as unknown[])[0]}`,
          (error: Error) => error.message.replace(/\(.*/, ''),
        )
        seen.add(outcome)
      }
      return [...seen].sort()
    }
    expect(await outcomesOf('naiveTry')).toEqual(['succeeded: false', 'succeeded: true'])
    expect(await outcomesOf('tryGenerate')).toEqual(['PoaiTooLittleGas', 'succeeded: true'])
  })
})

describe('replay', () => {
  const claim = {
    model: MODEL,
    prompt: stringToHex(PROMPT),
    temperature: 0,
    seed: zeroHash,
    output: TOKENS,
    root: ROOT,
  }

  it('agrees with a true claim', async () => {
    const { probe } = await openProbe()
    expect(await probe.read('replay', [claim])).toEqual({ rightRoot: true, firstWrong: 3 })
    expect(await probe.read('holds', [claim])).toBe(true)
  })

  it('names the first wrong token, and a wrong root', async () => {
    const { probe } = await openProbe()
    const wrong = { ...claim, output: TOKENS.with(1, 3) }
    expect(await probe.read('replay', [wrong])).toEqual({ rightRoot: false, firstWrong: 1 })
    expect(await probe.read('holds', [wrong])).toBe(false)
    expect(await probe.read('holds', [{ ...claim, root: zeroHash }])).toBe(false)
  })

  it('reverts where it cannot judge', async () => {
    const { probe } = await openProbe()
    await expect(probe.read('replay', [{ ...claim, output: [] }])).rejects.toThrow('PoaiRefused')
    const { probe: other } = await openProbe([])
    await expect(other.read('replay', [claim])).rejects.toThrow('PoaiAbsent()')
  })
})

describe('ask', () => {
  it('asks a quiz as the model learned it', async () => {
    const { probe } = await openProbe()
    expect(await probe.read('ask', ['17 + 25?'])).toBe('42')
  })

  it('takes no line end from a stranger', async () => {
    const { probe } = await openProbe()
    await expect(probe.read('ask', ['2 + 2?\nA: 5'])).rejects.toThrow('PoaiNotPrintable(6)')
    await expect(probe.read('ask', ['naïve'])).rejects.toThrow('PoaiNotPrintable(2)')
    expect(await probe.read('ask', [' ~'])).toBe('who knows')
  })
})

describe('gas', () => {
  it('costs what the precompile takes', async () => {
    const { probe } = await openProbe()
    const most = (await probe.read('cost', [PRICES, BigInt(PROMPT.length), 13n])) as bigint
    expect(most).toBe(PRICES.base + 100n * BigInt(1 + PROMPT.length) + 13_000n)
    expect(await probe.read('costOfAsking', [PRICES, '17 + 25?'])).toBe(most)
    const taken = (await probe.read('metered', [MODEL, stringToHex(PROMPT), 13])) as bigint
    // Three tokens, of thirteen that had to be there.
    expect(taken).toBeGreaterThan(most - 10_000n)
    expect(taken).toBeLessThan(most - 10_000n + AROUND)
  })
})
