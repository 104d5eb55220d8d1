import { hash32 } from '@poai/core'
import { FARM_VERDICTS, type FarmMinerStatus } from '@poai/miner'
import { InvalidArgumentError } from 'commander'
import { describe, expect, it, test } from 'vitest'
import { formatAnswer, formatMiningLine, miningToJson } from '../../src/mine/format-mining.ts'
import { parseAddress } from '../../src/mine/parse-address.ts'
import { StatusLine } from '../../src/mine/status-line.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const status: FarmMinerStatus = {
  state: 'mining',
  reason: undefined,
  number: 128n,
  target: 1n << 248n,
  workers: 2,
  jobs: 12,
  solutions: 1,
  verdicts: { accepted: 3 },
  attempts: 1234,
  voidAttempts: 0,
  staleAttempts: 5,
  staleShare: 0.004,
  attemptsPerSecond: 61.23,
  tokensPerSecond: 9797,
  expectedSecondsToBlock: 4.18,
  effortPercent: 45.4,
  expectedBlocks: 2.9,
  best: { number: 127n, nonce: 255n, workHash: 1n << 240n, lossMicroNats: 12_345n },
}

describe('the line of a farm miner', () => {
  test.each([
    [{}, 'mining  block 128  61.2 attempts/s  9,797 tokens/s  a block in 4.2 s  effort 45 %  blocks 3'],
    [{ state: 'submitting' as const }, 'judged  block 128'],
    [{ expectedSecondsToBlock: undefined }, 'tokens/s  effort 45 %'],
    [{ state: 'waiting' as const, number: undefined }, 'waiting for work'],
    [{ state: 'waiting' as const, reason: 'no node\n answers' }, 'waiting: no node answers'],
    [{ reason: 'connection refused' }, 'blocks 3  (connection refused)'],
  ])('%o', (changes, expected) => {
    expect(formatMiningLine({ ...status, ...changes })).toContain(expected)
  })

  it('is rewritten in a terminal, below lines that stay', () => {
    const terminal = createTestTerminal({ isInteractive: true, width: 20 })
    const line = new StatusLine(terminal, () => 0)
    line.update('mining a block that takes long')
    line.print('accepted')
    line.clear()
    expect(terminal.errText()).toBe(
      '\rmining a block that\u001b[K\r\u001b[Kaccepted\n\rmining a block that\u001b[K\r\u001b[K',
    )
  })

  it('is printed now and then elsewhere', () => {
    const terminal = createTestTerminal()
    let now = 0
    const line = new StatusLine(terminal, () => now)
    line.update('one')
    now = 9_999
    line.update('two')
    now = 10_000
    line.update('three')
    line.clear()
    expect(terminal.errText()).toBe('one\nthree\n')
  })
})

test('every verdict has a sentence', () => {
  const sentences = FARM_VERDICTS.map((verdict) => formatAnswer({ number: 7n, verdict, blockHash: hash32() }))
  expect(new Set(sentences).size).toBe(FARM_VERDICTS.length)
  for (const sentence of sentences) expect(sentence).not.toContain('undefined')
  expect(formatAnswer({ number: 7n, verdict: 'invalid', rule: 'WORK_LOSS_MISMATCH' })).toMatch(
    /^block 7 INVALID.*\(WORK_LOSS_MISMATCH\)$/,
  )
})

test('a status is JSON without losses', () => {
  expect(JSON.parse(JSON.stringify(miningToJson(status)))).toMatchObject({
    number: 128,
    target: `0x1${'0'.repeat(62)}`,
    best: { nonce: '0xff', workHash: `0x0001${'0'.repeat(60)}`, lossMicroNats: 12_345 },
    reason: null,
  })
})

describe('a beneficiary', () => {
  const address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
  it.each([address, address.toLowerCase(), `0x${address.slice(2).toUpperCase()}`])('%s is an address', (text) => {
    expect(parseAddress(text)).toHaveLength(20)
  })

  it.each([
    address.slice(0, -1),
    `${address}0`,
    address.slice(2),
    address.replace('F39F', 'f39F').replace('Fd6', 'fd6'),
    '',
  ])('%s is none', (text) => {
    expect(() => parseAddress(text)).toThrow(InvalidArgumentError)
  })
})
