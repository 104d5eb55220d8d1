import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { BUDGET_DEFAULTS, createInferenceBudget } from '../../../src/budget/inference-budget.ts'
import type { VerificationBudget } from '../../../src/budget/verification-budget.ts'

const ADDRESS = '1.2.3.4'

function create(clock = new ManualClock(), sharedAddresses = false): VerificationBudget {
  return createInferenceBudget({ sharedAddresses }, { clock })
}

async function fail(budget: VerificationBudget, peerId: string, address = ADDRESS): Promise<boolean> {
  const ticket = await budget.admit(peerId, address)
  ticket?.settle('failed-replay')
  return ticket !== undefined
}

describe('the inference budget', () => {
  it('allows a peer two failed blocks, and one more every ten minutes', async () => {
    const clock = new ManualClock()
    const budget = create(clock)
    expect([await fail(budget, 'a'), await fail(budget, 'a'), await fail(budget, 'a')]).toEqual([true, true, false])
    clock.now += 600_000
    expect([await fail(budget, 'a'), await fail(budget, 'a')]).toEqual([true, false])
  })

  it('counts the failures of an address, whatever the names, unless honest peers share it', async () => {
    const strict = create()
    expect([await fail(strict, 'a'), await fail(strict, 'b'), await fail(strict, 'c')]).toEqual([true, true, false])
    expect(await fail(strict, 'd', '1.2.3.5')).toBe(true)
    const shared = create(new ManualClock(), true)
    expect([await fail(shared, 'a'), await fail(shared, 'b'), await fail(shared, 'c')]).toEqual([true, true, true])
  })

  it('judges one block of strangers at a time; the others wait in line, and not without end', async () => {
    const budget = create()
    const first = await budget.admit('a', '1.0.0.1')
    let isSecondIn = false
    const second = budget.admit('b', '1.0.0.2').then((ticket) => {
      isSecondIn = true
      return ticket
    })
    const waiting = Array.from({ length: BUDGET_DEFAULTS.maxWaiting }, (_, index) =>
      budget.admit(`w${index}`, '1.0.0.3'),
    )
    expect(await waiting.at(-1)).toBeUndefined()
    expect(isSecondIn).toBe(false)
    first?.settle('undecided')
    expect(await second).toBeDefined()
  })

  it('says beforehand whom it would refuse at once', async () => {
    const budget = create()
    expect(budget.isOpenTo('a', ADDRESS)).toBe(true)
    await fail(budget, 'a')
    await fail(budget, 'a')
    expect([budget.isOpenTo('a', ADDRESS), budget.isOpenTo('b', ADDRESS), budget.isOpenTo('b', '1.0.0.1')]).toEqual([
      false,
      false,
      true,
    ])
    for (let count = 0; count <= BUDGET_DEFAULTS.maxWaiting; count++) void budget.admit(`w${count}`, '1.0.0.2')
    expect(budget.isOpenTo('b', '1.0.0.1')).toBe(false)
  })

  it('lets go of who gives up waiting', async () => {
    const budget = create()
    const first = await budget.admit('a', ADDRESS)
    const givesUp = new AbortController()
    const second = budget.admit('b', ADDRESS, givesUp.signal)
    givesUp.abort()
    expect(await second).toBeUndefined()
    first?.settle('undecided')
    first?.settle('undecided')
    const [third, fourth] = [await budget.admit('c', ADDRESS), budget.admit('d', ADDRESS)]
    expect(third).toBeDefined()
    third?.settle('valid')
    expect(await fourth).toBeDefined()
  })

  it('does not let proven peers wait behind strangers, and has a bound for them too', async () => {
    const budget = create()
    ;(await budget.admit('good', '1.0.0.1'))?.settle('valid')
    await budget.admit('stranger', '1.0.0.2')
    const tickets = await Promise.all(
      Array.from({ length: BUDGET_DEFAULTS.provenAtOnce + 1 }, () => budget.admit('good', '1.0.0.1')),
    )
    expect(tickets.filter((ticket) => ticket === undefined)).toHaveLength(1)
  })

  it('takes a peer for a stranger again after a failed block, and after an hour', async () => {
    const clock = new ManualClock()
    const budget = create(clock)
    ;(await budget.admit('a', '1.0.0.1'))?.settle('valid')
    const stranger = await budget.admit('stranger', '1.0.0.2')
    const proven = await budget.admit('a', '1.0.0.1')
    expect(proven).toBeDefined()
    proven?.settle('failed-replay')
    let isIn = false
    void budget.admit('a', '1.0.0.1').then(() => {
      isIn = true
    })
    await new Promise(setImmediate)
    expect(isIn).toBe(false)
    stranger?.settle('undecided')
    await new Promise(setImmediate)
    expect(isIn).toBe(true)
  })

  it('judges a line that waits by what failed in front of it', async () => {
    const budget = create()
    const line = Array.from({ length: 10 }, () => fail(budget, 'a'))
    expect((await Promise.all(line)).filter((isIn) => isIn)).toHaveLength(2)
    expect((await budget.admit('b', '1.2.3.5')) === undefined).toBe(false)
  })

  it('can be charged without a ticket, which ends the trust in a peer', async () => {
    const budget = create()
    ;(await budget.admit('a', ADDRESS))?.settle('valid')
    expect(budget.isProven('a')).toBe(true)
    budget.charge('a', ADDRESS)
    expect(budget.isProven('a')).toBe(false)
    budget.charge('a', ADDRESS)
    expect(await budget.admit('a', ADDRESS)).toBeUndefined()
    expect(await budget.admit('b', ADDRESS)).toBeUndefined()
  })
})
