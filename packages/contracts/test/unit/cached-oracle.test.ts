import { bytesToHex } from '@poai/core'
import {
  ContractChain,
  rootOf,
  SCRIPTED_MODEL,
  type ScriptedModel,
  scriptedModel,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'
import { keccak256, stringToHex } from 'viem'
import { beforeEach, expect, it } from 'vitest'
import { cachedOracleAbi, cachedOracleBytecode } from '../../src/index.ts'
import { type Deployed, deploy } from '../support/deploy.ts'

const [, alice, bob] = WALLETS as [Wallet, Wallet, Wallet]
const FEE = 10n ** 15n
const PROMPT = stringToHex('Who are you?')
const TOKENS = Array.from(Buffer.from('A model.\n'), (byte) => 3 + byte)

let chain: ContractChain
let oracle: Deployed<typeof cachedOracleAbi>
let source: ScriptedModel

beforeEach(async () => {
  source = scriptedModel(() => 'A model.')
  chain = new ContractChain(source, { models: [SCRIPTED_MODEL] })
  const args = [bytesToHex(SCRIPTED_MODEL.sha256), 32, FEE]
  oracle = await deploy(chain, { abi: cachedOracleAbi, bytecode: cachedOracleBytecode }, args)
})

it('asks the model once, and serves others from what it kept', async () => {
  const first = await oracle.send('ask', [PROMPT], { from: alice })
  const second = await oracle.send('ask', [PROMPT], { from: bob, value: FEE })
  expect([first.succeeded, second.succeeded]).toEqual([true, true])
  expect([first.answers.length, second.answers.length]).toEqual([1, 0])
  expect(second.gasUsed).toBeLessThan(first.gasUsed / 2n)
  expect(await oracle.read('ask', [PROMPT], { from: bob, value: FEE })).toBe(stringToHex('A model.'))
})

it('keeps the answer with its root, which anyone can check', async () => {
  await oracle.send('ask', [PROMPT], { from: alice })
  expect(await oracle.read('entries', [keccak256(PROMPT)])).toMatchObject({
    text: stringToHex('A model.'),
    tokens: TOKENS.length,
    root: bytesToHex(rootOf(TOKENS)),
  })
  expect(await oracle.read('isAnswer', [PROMPT, TOKENS])).toBe(true)
  expect(await oracle.read('isAnswer', [PROMPT, TOKENS.with(0, 3)])).toBe(false)
  await expect(oracle.read('isAnswer', ['0x00', TOKENS])).rejects.toThrow(`Unknown(${keccak256('0x00')})`)
})

it('pays the fee to whoever paid for the model, and returns the rest', async () => {
  await oracle.send('ask', [PROMPT], { from: alice, value: FEE })
  expect(chain.balance(oracle.address)).toBe(0n)
  await oracle.send('ask', [PROMPT], { from: bob, value: 5n * FEE })
  expect(chain.balance(oracle.address)).toBe(FEE)
  await expect(oracle.read('ask', [PROMPT], { from: bob, value: FEE - 1n })).rejects.toThrow(
    `TooLittle(${FEE}, ${FEE - 1n})`,
  )
  expect((await oracle.send('withdraw', [], { from: alice })).succeeded).toBe(true)
  expect(chain.balance(oracle.address)).toBe(0n)
  await expect(oracle.read('withdraw', [], { from: bob })).rejects.toThrow('NothingOwed()')
})

it('keeps nothing if the model cannot answer', async () => {
  const long = stringToHex('x'.repeat(255))
  await expect(oracle.read('ask', [long], { from: alice })).rejects.toThrow('PoaiRefused')
  expect((await oracle.send('ask', [PROMPT], { from: alice, gas: 100_000n })).succeeded).toBe(false)
  expect(await oracle.read('entries', [keccak256(PROMPT)])).toMatchObject({ tokens: 0 })
})
