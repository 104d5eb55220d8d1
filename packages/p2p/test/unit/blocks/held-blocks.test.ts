import { hash32 } from '@poai/core'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it } from 'vitest'
import { HeldBlocks } from '../../../src/blocks/held-blocks.ts'

const hashOf = (name: number): ReturnType<typeof hash32> => hash32(Uint8Array.of(name))

class Fixture {
  readonly clock: ManualClock = new ManualClock()
  readonly held: HeldBlocks = new HeldBlocks(this.clock)
  readonly stopping = new AbortController()
  asked = 0
  over = 0

  hold(name: number): void {
    const ask = (): void => void this.asked++
    void this.held.hold(hashOf(name), ask, this.stopping.signal).then(() => this.over++)
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) await this.clock.advance(Math.min(100, ms - passed))
  }
}

describe('a block that is held', () => {
  it('is asked for again every half second, and given up after four', async () => {
    const fixture = new Fixture()
    fixture.hold(1)
    await fixture.pass(499)
    expect(fixture.asked).toBe(1)
    await fixture.pass(1)
    expect(fixture.asked).toBe(2)
    await fixture.pass(3499)
    expect([fixture.asked, fixture.over]).toEqual([8, 0])
    await fixture.pass(1)
    expect([fixture.asked, fixture.over]).toEqual([8, 1])
  })

  it('is let go when it joins the chain, and asked for no more', async () => {
    const fixture = new Fixture()
    fixture.hold(1)
    await fixture.pass(500)
    fixture.held.release(hashOf(2))
    await fixture.pass(0)
    expect(fixture.over).toBe(0)
    fixture.held.release(hashOf(1))
    await fixture.pass(4000)
    expect([fixture.asked, fixture.over]).toEqual([2, 1])
  })

  it('is let go when the network stops', async () => {
    const fixture = new Fixture()
    fixture.hold(1)
    fixture.stopping.abort()
    await fixture.pass(1)
    expect(fixture.over).toBe(1)
  })

  it('is one of sixteen, and the same one is not held twice', async () => {
    const fixture = new Fixture()
    for (let name = 0; name < 16; name++) fixture.hold(name)
    await fixture.pass(1)
    expect(fixture.over).toBe(0)
    fixture.hold(15)
    fixture.hold(16)
    await fixture.pass(1)
    expect([fixture.asked, fixture.over]).toEqual([18, 2])
  })
})
