import { ManualClock } from '@poai/testing/manual-clock'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  SOLUTION_DEFAULTS,
  SolutionBudget,
  type SolutionOutcome,
  type SolutionTicket,
} from '../../../src/farm/solution-budget.ts'
import type { DeskClient } from '../../../src/index.ts'

const { strangerFailures, localFailures, refusalMs, longestRefusalMs, allStrangersFailures, windowMs } =
  SOLUTION_DEFAULTS

let clock: ManualClock
let budget: SolutionBudget

const stranger = (index: number): DeskClient => ({ name: `192.0.2.${index}`, isLocal: false })
const local: DeskClient = { name: '127.0.0.1', isLocal: true }

async function admitted(client: DeskClient): Promise<SolutionTicket> {
  const ticket = await budget.admit(client)
  if (typeof ticket === 'string') throw new Error(`${client.name} is ${ticket}`)
  return ticket
}

async function bring(client: DeskClient, outcome: SolutionOutcome, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) (await admitted(client)).settle(outcome)
}

beforeEach(() => {
  clock = new ManualClock(1_000_000)
  budget = new SolutionBudget(clock)
})

describe('what a client may bring in vain', () => {
  it.each([
    ['a stranger', stranger(1), strangerFailures],
    ['a program on this machine', local, localFailures],
  ])('is so much for %s, and one more is refused', async (_, client, allowed) => {
    await bring(client, 'in-vain', allowed - 1)
    expect(budget.isRefused(client)).toBe(false)
    await bring(client, 'in-vain')
    expect(await budget.admit(client)).toBe('refused')
    expect(budget.isRefused(client)).toBe(true)
  })

  it('is refused for twice as long each time, up to a bound', async () => {
    const client = stranger(1)
    await bring(client, 'in-vain', strangerFailures)
    for (let lastsMs = refusalMs; lastsMs < longestRefusalMs; lastsMs *= 2) {
      clock.now += lastsMs - 1
      expect(budget.isRefused(client)).toBe(true)
      clock.now += 1
      await bring(client, 'in-vain')
    }
    clock.now += longestRefusalMs - 1
    expect(budget.isRefused(client)).toBe(true)
    clock.now += 1
    expect(budget.isRefused(client)).toBe(false)
  })

  it('is forgiven with a good block, and after a day', async () => {
    await bring(stranger(1), 'in-vain', strangerFailures - 1)
    await bring(stranger(1), 'good')
    await bring(stranger(1), 'in-vain', strangerFailures - 1)
    expect(budget.isRefused(stranger(1))).toBe(false)
    clock.now += 86_400_001
    await bring(stranger(1), 'in-vain', strangerFailures - 1)
    expect(budget.isRefused(stranger(1))).toBe(false)
  })

  it('is not what could not be judged', async () => {
    await bring(stranger(1), 'undecided', strangerFailures + 1)
    expect(budget.isRefused(stranger(1))).toBe(false)
  })

  it('is bounded over all strangers, and hits neither those that are proven nor this machine', async () => {
    await bring(stranger(200), 'good')
    for (let index = 0; index < allStrangersFailures - 1; index++) await bring(stranger(index), 'in-vain')
    await bring(stranger(201), 'undecided')
    await bring(stranger(150), 'in-vain')
    expect(await budget.admit(stranger(201))).toBe('busy')
    await bring(stranger(200), 'good')
    await bring(local, 'good')
    clock.now += windowMs
    await bring(stranger(201), 'good')
  })
})

describe('whose turn it is', () => {
  it('is one stranger’s at a time, each with one solution in the line', async () => {
    const first = await admitted(stranger(1))
    expect(await budget.admit(stranger(1))).toBe('busy')
    let entered = false
    const second = admitted(stranger(2)).then((ticket) => {
      entered = true
      return ticket
    })
    expect(await budget.admit(stranger(2))).toBe('busy')
    await new Promise(setImmediate)
    expect(entered).toBe(false)
    // Blocks of the farm on this machine do not wait for strangers.
    await bring(local, 'good')
    first.settle('undecided')
    expect((await second).isStranger).toBe(true)
  })

  it('is a proven client’s with four at a time, and no more than four in the line', async () => {
    await bring(stranger(1), 'good')
    const tickets = await Promise.all(Array.from({ length: 4 }, () => admitted(stranger(1))))
    expect(tickets.map(({ isStranger }) => isStranger)).toEqual([false, false, false, false])
    expect(await budget.admit(stranger(1))).toBe('busy')
    const own = admitted(local)
    tickets[0]?.settle('good')
    ;(await own).settle('good')
    for (const ticket of tickets.slice(1)) ticket.settle('undecided')
  })

  it('is lost by what failed before it in the line', async () => {
    const small = new SolutionBudget(clock, { allStrangersFailures: 1 })
    const first = await small.admit(stranger(1))
    const second = small.admit(stranger(2))
    if (typeof first === 'string') throw new Error(first)
    first.settle('in-vain')
    expect(await second).toBe('busy')
    // The place is free again.
    clock.now += windowMs
    expect(typeof (await small.admit(stranger(3)))).toBe('object')
  })

  it('is never beyond what is left of an allowance, however many are judged side by side', async () => {
    const small = new SolutionBudget(clock, { localFailures: 2 })
    const tickets = [await small.admit(local), await small.admit(local)]
    expect(await small.admit(local)).toBe('busy')
    for (const ticket of tickets) if (typeof ticket === 'object') ticket.settle('in-vain')
    expect(await small.admit(local)).toBe('refused')
  })

  it('is waited for by so many clients', async () => {
    const small = new SolutionBudget(clock, { maxWaiting: 1 })
    const first = await small.admit(stranger(1))
    const second = small.admit(stranger(2))
    expect(await small.admit(stranger(3))).toBe('busy')
    if (typeof first === 'object') first.settle('good')
    expect(typeof (await second)).toBe('object')
  })
})
