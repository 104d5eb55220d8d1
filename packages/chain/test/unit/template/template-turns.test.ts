import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { TemplateTurns } from '../../../src/template/template-turns.ts'
import { fakeAddress } from '../../support/fake-transactions.ts'

/** Makings that take a second each, in the order in which they ended. */
class Fixture {
  readonly clock: ManualClock = new ManualClock()
  readonly turns: TemplateTurns
  readonly made: number[] = []

  constructor(maxWaiting = 8) {
    this.turns = new TemplateTurns({ share: 0.25, maxWaiting }, { clock: this.clock })
  }

  ask(beneficiary: number, signal?: AbortSignal): Promise<number | undefined> {
    return this.turns.take(fakeAddress(beneficiary), signal, async () => {
      await this.clock.sleep(1000)
      this.made.push(beneficiary)
      return beneficiary
    })
  }

  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate)
      await this.clock.advance(1000)
    }
    for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate)
  }
}

describe('the turns of templates', () => {
  it('give new beneficiaries a quarter of the time', async () => {
    const fixture = new Fixture()
    const asked = [1, 2, 3].map((beneficiary) => fixture.ask(beneficiary))
    await fixture.pass(1)
    expect(fixture.made).toEqual([1])
    await fixture.pass(3)
    expect(fixture.made).toEqual([1])
    await fixture.pass(1)
    expect(fixture.made).toEqual([1, 2])
    await fixture.pass(4)
    expect(await Promise.all(asked)).toEqual([1, 2, 3])
  })

  it('let those that were served lately go first, without a pause', async () => {
    const fixture = new Fixture()
    const first = fixture.ask(1)
    await fixture.pass(1)
    await first
    const asked = [2, 3, 1, 1].map((beneficiary) => fixture.ask(beneficiary))
    await fixture.pass(2)
    expect(fixture.made).toEqual([1, 1, 1])
    await fixture.pass(10)
    await Promise.all(asked)
    expect(fixture.made).toEqual([1, 1, 1, 2, 3])
  })

  it('refuse more than may wait', async () => {
    const fixture = new Fixture(2)
    const asked = [fixture.ask(1), fixture.ask(2)]
    expect(await fixture.ask(3)).toBeUndefined()
    await fixture.pass(10)
    await Promise.all(asked)
    const again = fixture.ask(3)
    await fixture.pass(10)
    expect(await again).toBe(3)
  })

  it('go on after one that gave up or failed', async () => {
    const fixture = new Fixture()
    const leaving = new AbortController()
    const asked = [fixture.ask(1), fixture.ask(2, leaving.signal)]
    const failing = fixture.turns.take(fakeAddress(4), undefined, async () => {
      throw new Error('no state')
    })
    const last = fixture.ask(3)
    leaving.abort(new Error('gone'))
    const outcomes = Promise.allSettled([...asked, failing, last])
    await fixture.pass(12)
    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  })
})
