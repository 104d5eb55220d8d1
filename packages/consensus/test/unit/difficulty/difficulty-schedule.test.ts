import { nextTarget } from '@poai/consensus'
import { type DifficultyParams, devnet, type NetworkParams } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { type DifficultyAnchor, genesisAnchor, nextAnchor } from '../../../src/difficulty/difficulty-schedule.ts'

const difficulty: DifficultyParams = {
  initialTarget: 1n << 240n,
  easiestTarget: 1n << 248n,
  spacingSeconds: 5,
  halfLifeSeconds: 50,
}
const schedule: NetworkParams = { ...devnet, difficulty }

/** Years before anybody mined. */
const GENESIS = { number: 0n, timestamp: 1000n }
const START = 100_000_000n

interface Chain {
  readonly number: bigint
  readonly timestamp: bigint
  readonly anchor: DifficultyAnchor
}

const genesis: Chain = { ...GENESIS, anchor: genesisAnchor(schedule, GENESIS) }

/** The chain with one more block, so many seconds after its parent. */
function mine(parent: Chain, timestamp: bigint): Chain {
  const block = { number: parent.number + 1n, timestamp }
  return { ...block, anchor: nextAnchor(schedule, parent, block) }
}

/** The chain with more blocks at a steady pace. */
function mineMore(chain: Chain, blocks: number, seconds: bigint): Chain {
  let head = chain
  for (let i = 0; i < blocks; i++) head = mine(head, head.timestamp + seconds)
  return head
}

const first = mine(genesis, START)

describe('the first blocks', () => {
  it('have the initial target, however old the genesis block is', () => {
    expect(nextTarget(schedule, genesis)).toBe(difficulty.initialTarget)
    expect(first.anchor).toEqual({ number: 1n, timestamp: START, target: difficulty.initialTarget })
    expect(nextTarget(schedule, first)).toBe(difficulty.initialTarget)
  })

  it('start the schedule at block 1', () => {
    const second = mine(first, START + 5n)
    expect(second.anchor).toEqual(first.anchor)
    expect(nextTarget(schedule, second)).toBe(difficulty.initialTarget)
    expect(nextTarget(schedule, mine(first, START + 55n))).toBe(difficulty.initialTarget * 2n)
    expect(nextTarget(schedule, mineMore(first, 10, 0n))).toBe(difficulty.initialTarget / 2n)
  })
})

describe('the next target', () => {
  it('does not depend on the block that has it', () => {
    const head = mineMore(first, 30, 6n)
    const target = nextTarget(schedule, head)
    for (const seconds of [-20n, 0n, 5n, 1000n]) {
      mine(head, head.timestamp + seconds)
      expect(nextTarget(schedule, head)).toBe(target)
    }
  })

  it('takes timestamps that run backwards', () => {
    const head = mine(first, START - 45n)
    expect(nextTarget(schedule, head)).toBe(difficulty.initialTarget / 2n)
  })
})

describe('the anchor', () => {
  /** Eight half-lives late: exactly what the easiest target can express. */
  const EIGHT_LIVES = 400n

  it('stays while the schedule can be expressed, to the second', () => {
    const late = mine(first, START + 5n + EIGHT_LIVES)
    expect(nextTarget(schedule, late)).toBe(difficulty.easiestTarget)
    expect(mine(late, late.timestamp + 5n).anchor).toEqual(first.anchor)
  })

  it('moves to the parent of a block that the schedule wanted easier than allowed', () => {
    const late = mine(first, START + 5n + EIGHT_LIVES + 1n)
    expect(late.anchor).toEqual(first.anchor)
    expect(nextTarget(schedule, late)).toBe(difficulty.easiestTarget)
    expect(mine(late, late.timestamp + 3n).anchor).toEqual({
      number: late.number,
      timestamp: late.timestamp,
      target: difficulty.easiestTarget,
    })
  })

  it('counts the time of the block at which it moves', () => {
    const late = mine(first, START + 1_000_000n)
    // Ten spacings of nothing are a half-life early; without the first of them it would be nine.
    expect(nextTarget(schedule, mineMore(late, 10, 0n))).toBe(difficulty.easiestTarget / 2n)
  })

  it('forgets a night, so that the chain owes nothing', () => {
    const head = mineMore(first, 100, 5n)
    const slept = mine(head, head.timestamp + 8n * 3600n)
    expect(nextTarget(schedule, slept)).toBe(difficulty.easiestTarget)
    // Eight half-lives of blocks at double pace: the schedule is where it was before the night.
    const awake = mineMore(slept, 80, 0n)
    expect(nextTarget(schedule, awake)).toBe(difficulty.easiestTarget >> 8n)
  })

  it('moves again and again while the network is too weak for the easiest target', () => {
    let head = mine(first, START + 1_000_000n)
    for (let i = 0; i < 20; i++) {
      const parent = head
      head = mine(parent, parent.timestamp + 60n)
      expect(head.anchor.number).toBe(parent.number)
      expect(nextTarget(schedule, head)).toBe(difficulty.easiestTarget)
    }
    expect(nextTarget(schedule, mineMore(head, 10, 0n))).toBeLessThan(difficulty.easiestTarget)
  })
})
