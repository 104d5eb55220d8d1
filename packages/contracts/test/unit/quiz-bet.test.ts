import { type CallableModel, hex, toHash32 } from '@poai/core'
import {
  ContractChain,
  SCRIPTED_MODEL,
  type ScriptedModel,
  scriptedModel,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'
import { beforeEach, describe, expect, it } from 'vitest'
import { MODELS, quizBetAbi, quizBetBytecode } from '../../src/index.ts'
import { type Deployed, deploy } from '../support/deploy.ts'

const QUIZ: CallableModel = { ...SCRIPTED_MODEL, sha256: toHash32(hex(MODELS['quiz-1'])) }
const [, alice, bob, carol] = WALLETS as [Wallet, Wallet, Wallet, Wallet]
const STAKE = 10n ** 18n
const HOUR = 3600n
const SETTLE_BLOCKS = 256n
const OVER = 3

let chain: ContractChain
let bet: Deployed<typeof quizBetAbi>
let source: ScriptedModel

beforeEach(async () => {
  source = scriptedModel((prompt) => (prompt.startsWith('\nQ: 17 + 25?') ? '42' : 'yes'))
  chain = new ContractChain(source, { models: [QUIZ] })
  bet = await deploy(chain, { abi: quizBetAbi, bytecode: quizBetBytecode }, [])
})

const open = (question = '17 + 25?', guess = '42') =>
  bet.send('open', [question, guess, HOUR], { from: alice, value: STAKE })
const join = (guess = '41', value = STAKE) => bet.send('join', [0n, guess], { from: bob, value })
const owed = async ({ address }: Wallet) => bet.read('owed', [`0x${Buffer.from(address).toString('hex')}`])
const state = async () => ((await bet.read('bets', [0n])) as { readonly state: number }).state

/** What a transaction of this kind would say if it fails. */
const failureOf = (name: 'settle' | 'close' | 'giveUp', from = carol) =>
  bet.read(name, [0n], { from }).then(
    () => 'none',
    (error: Error) => error.message,
  )

describe('settling', () => {
  it('pays both stakes to whoever guessed the answer, when he fetches them', async () => {
    await open()
    await join()
    chain.skip(1)
    const settled = await bet.send('settle', [0n], { from: carol })
    expect(settled.succeeded).toBe(true)
    expect(settled.answers).toHaveLength(1)
    expect([await owed(alice), await owed(bob), await state()]).toEqual([2n * STAKE, 0n, OVER])
    const before = chain.balance(alice)
    const { succeeded } = await bet.send('withdraw', [], { from: alice })
    expect(succeeded).toBe(true)
    expect(chain.balance(alice) - before).toBeGreaterThan((19n * STAKE) / 10n)
    expect(chain.balance(bet.address)).toBe(0n)
    await expect(bet.read('withdraw', [], { from: alice })).rejects.toThrow('NothingOwed()')
  })

  it('pays the joiner if his guess was right', async () => {
    await open('17 + 25?', '41')
    await join('42')
    chain.skip(1)
    await bet.send('settle', [0n])
    expect([await owed(alice), await owed(bob)]).toEqual([0n, 2n * STAKE])
  })

  it('returns the stakes if both were wrong', async () => {
    await open('17 + 25?', '40')
    await join('41')
    chain.skip(1)
    await bet.send('settle', [0n])
    expect([await owed(alice), await owed(bob)]).toEqual([STAKE, STAKE])
  })

  it('draws digits from a block after the joining, not before', async () => {
    await open('Is ### more than ###?', 'yes')
    await join('no')
    const next = chain.number
    expect(await failureOf('settle')).toBe(`NotYet(${next + 1n}, ${next})`)
    chain.skip(1)
    await bet.send('settle', [0n])
    expect(source.asked.at(-1)).toMatch(/^\nQ: Is [1-9]{3} more than [1-9]{3}\?\nA: $/)
  })

  it('happens once', async () => {
    await open()
    await join()
    chain.skip(1)
    await bet.send('settle', [0n])
    expect(await failureOf('settle')).toBe('NotInState(2, 3)')
  })

  it('changes nothing if whoever calls brings too little gas for the model', async () => {
    await open()
    await join()
    chain.skip(1)
    const { succeeded } = await bet.send('settle', [0n], { from: bob, gas: 60_000n })
    expect(succeeded).toBe(false)
    expect([await state(), await owed(bob)]).toEqual([2, 0n])
  })
})

describe('time', () => {
  it('ends a bet that nobody joined: for its opener at once, for others after the time', async () => {
    await open()
    expect(await failureOf('close')).toMatch(/^NotYet/)
    expect(await failureOf('close', alice)).toBe('none')
    chain.skip(HOUR)
    expect((await bet.send('close', [0n], { from: carol })).succeeded).toBe(true)
    expect(await owed(alice)).toBe(STAKE)
    await expect(bet.read('join', [0n, '41'], { from: bob, value: STAKE })).rejects.toThrow('NotInState(1, 3)')
  })

  it('lets nobody join late', async () => {
    await open()
    chain.skip(HOUR - 1n)
    await expect(bet.read('join', [0n, '41'], { from: bob, value: STAKE })).resolves.toBeUndefined()
    chain.skip(1)
    await expect(bet.read('join', [0n, '41'], { from: bob, value: STAKE })).rejects.toThrow('TooLate')
  })

  it('ends a bet that nobody settled: from the block on in which it cannot be settled any more', async () => {
    await open()
    await join()
    chain.skip(SETTLE_BLOCKS)
    expect([await failureOf('settle'), await failureOf('giveUp')]).toEqual(['none', expect.stringMatching(/^NotYet/)])
    chain.skip(1)
    expect([await failureOf('settle'), await failureOf('giveUp')]).toEqual([expect.stringMatching(/^TooLate/), 'none'])
    await bet.send('giveUp', [0n], { from: carol })
    expect([await owed(alice), await owed(bob), await state()]).toEqual([STAKE, STAKE, OVER])
  })
})

describe('opening and joining', () => {
  it.each([
    ['no stake', ['17 + 25?', '42', HOUR], 0n, 'NoStake()'],
    ['a long question', ['x'.repeat(57), '42', HOUR], STAKE, 'TooLong(56, 57)'],
    ['a long guess', ['17 + 25?', 'x'.repeat(13), HOUR], STAKE, 'TooLong(12, 13)'],
    ['a line end', ['17 + 25?\n', '42', HOUR], STAKE, 'PoaiNotPrintable(8)'],
    ['too much time', ['17 + 25?', '42', 30n * 24n * HOUR + 1n], STAKE, 'TooLong(2592000, 2592001)'],
  ] as const)('refuses %s', async (_, args, value, error) => {
    await expect(bet.read('open', args, { from: alice, value })).rejects.toThrow(error)
  })

  it('wants the same stake and another guess', async () => {
    await open()
    const joining = (guess: string, value: bigint) => bet.read('join', [0n, guess], { from: bob, value })
    await expect(joining('41', STAKE - 1n)).rejects.toThrow(`WrongStake(${STAKE}, ${STAKE - 1n})`)
    await expect(joining('42', STAKE)).rejects.toThrow('SameGuess()')
    await expect(joining('41', STAKE)).resolves.toBeUndefined()
  })
})
