import { ManualClock } from '@poai/testing/manual-clock'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Remote } from '../../../src/host/stream-host.ts'
import {
  ANSWER_DEFAULTS,
  AnswerBudget,
  type AnswerLimits,
  type AnswerTicket,
} from '../../../src/requests/answer-budget.ts'

const LIMITS: AnswerLimits = {
  peer: { capacity: 100, perSecond: 1000 },
  group: { capacity: 150, perSecond: 15 },
  all: { capacity: 400, perSecond: 40 },
  answersPerPeer: 2,
  maxUnsentBytes: 200,
  patienceMs: 3000,
}

let clock: ManualClock

beforeEach(() => {
  clock = new ManualClock(1_000_000)
})

function budgetOf(limits: Partial<AnswerLimits> = {}, sharedAddresses = false): AnswerBudget {
  return new AnswerBudget({ ...LIMITS, ...limits, sharedAddresses }, { clock })
}

/** Each at an address of its own. */
function peer(name: number, address = `192.0.2.${name}`): Remote {
  return { id: `peer ${name}`, address, direction: 'in' }
}

async function admitted(budget: AnswerBudget, remote: Remote): Promise<AnswerTicket> {
  const ticket = await budget.admit(remote)
  if (typeof ticket === 'string') throw new Error(`${remote.id}: ${ticket}`)
  return ticket
}

async function answer(budget: AnswerBudget, remote: Remote, bytes: number): Promise<void> {
  const ticket = await admitted(budget, remote)
  ticket.made(bytes)
  ticket.done()
}

describe('bytes that are answered', () => {
  it('are allowed to a peer, and one more is refused until it has waited', async () => {
    const budget = budgetOf()
    await answer(budget, peer(1), 100)
    await answer(budget, peer(1), 2)
    expect(await budget.admit(peer(1))).toBe('greedy')
    clock.now += 1
    expect(await budget.admit(peer(1))).toBe('greedy')
    clock.now += 1
    await answer(budget, peer(1), 1)
  })

  it('are allowed to an address under whatever names, and nobody is blamed for others there', async () => {
    const budget = budgetOf()
    const names = [1, 2, 3].map((name) => peer(name, '192.0.2.66'))
    for (const name of names.slice(0, 2)) await answer(budget, name, 75)
    await answer(budget, names[2] as Remote, 1)
    for (const name of names) expect(await budget.admit(name)).toBe('busy')
    await answer(budget, peer(9), 1)
  })

  it('are not counted by address where honest nodes share one', async () => {
    const budget = budgetOf({}, true)
    for (const name of [1, 2, 3]) await answer(budget, peer(name, '192.0.2.66'), 75)
    await answer(budget, peer(1, '192.0.2.66'), 1)
  })

  it('are allowed to all together: one more waits, and is refused after its patience', async () => {
    const budget = budgetOf()
    for (const name of [1, 2, 3, 4]) await answer(budget, peer(name), 100)
    await answer(budget, peer(5), 60)
    let ticket: unknown
    const waiting = budget.admit(peer(6)).then((got) => {
      ticket = got
    })
    await clock.advance(1499)
    expect(ticket).toBeUndefined()
    await clock.advance(1)
    await waiting
    expect(ticket).toBeTypeOf('object')
    ;(ticket as AnswerTicket).made(200)
    ;(ticket as AnswerTicket).done()
    const late = budget.admit(peer(7))
    await clock.advance(3000)
    expect(await late).toBe('busy')
  })

  it('are owed by those that left, until they would have none to owe', async () => {
    const budget = budgetOf()
    await answer(budget, peer(1), 101)
    budget.tidy()
    expect(await budget.admit(peer(1))).toBe('greedy')
    clock.now += 60_000
    budget.tidy()
    await answer(budget, peer(1), 100)
  })
})

describe('answers that are not taken', () => {
  it('are two for a peer; a third one waits for its turn, and is refused after its patience', async () => {
    const budget = budgetOf()
    const tickets = [await admitted(budget, peer(1)), await admitted(budget, peer(1))]
    const third = admitted(budget, peer(1))
    const fourth = budget.admit(peer(1))
    tickets[0]?.done()
    await third
    await clock.advance(3000)
    expect(await fourth).toBe('busy')
    // Others do not wait for a peer that reads nothing.
    await admitted(budget, peer(2))
  })

  it('are one for each peer while too many bytes are on the way', async () => {
    const budget = budgetOf()
    const tickets = await Promise.all([1, 2, 3].map((name) => admitted(budget, peer(name))))
    for (const ticket of tickets) ticket.made(67)
    expect(budget.unsentBytes).toBe(201)
    let second: AnswerTicket | undefined
    const waiting = admitted(budget, peer(1)).then((ticket) => {
      second = ticket
    })
    // A peer that has none is answered.
    const fourth = await admitted(budget, peer(4))
    expect(second).toBeUndefined()
    tickets[0]?.done()
    await waiting
    expect(second).toBeDefined()
    for (const ticket of [...tickets.slice(1), fourth, second]) ticket?.done()
    expect(budget.unsentBytes).toBe(0)
  })
})

it('leaves room for several peers of an address, and for many addresses in all', () => {
  const { peer: one, group, all } = ANSWER_DEFAULTS
  expect(group.capacity).toBeGreaterThan(one.capacity)
  expect(group.perSecond).toBeGreaterThan(one.perSecond)
  expect(all.capacity).toBeGreaterThan(4 * group.capacity)
})
