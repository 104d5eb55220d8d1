import { toHash32 } from '@poai/core'
import { describe, expect, it } from 'vitest'
import type { AttemptOutcome } from '../../../src/engine/attempt-search.ts'
import type { FromWorker } from '../../../src/engine/worker-protocol.ts'
import { SearchRun } from '../../../src/program/search-run.ts'

const HASH = toHash32(new Uint8Array(32))

function missed(nonce: bigint): AttemptOutcome {
  // The middle one is the best.
  const workHash = (nonce - 3n) ** 2n + 10n
  return { kind: 'missed', seal: { nonce, lossMicroNats: 1n, transcriptRoot: HASH, workHash } }
}

interface Fixture {
  readonly run: SearchRun
  readonly told: FromWorker[]
  readonly clock: { nowMs: number }
}

function createRun(end: bigint, attempt: (nonce: bigint) => AttemptOutcome = missed): Fixture {
  const told: FromWorker[] = []
  const clock = { nowMs: 0 }
  const tell = (message: FromWorker): void => void told.push(message)
  return { run: new SearchRun(4, { first: 0n, end }, { attempt, nowMs: () => clock.nowMs, tell }), told, clock }
}

function runToEnd({ run }: Fixture): void {
  while (!run.hasEnded) run.step()
}

describe('a search in a worker', () => {
  it('tells of all attempts and the best of them, then of its end', () => {
    const fixture = createRun(6n)
    runToEnd(fixture)
    expect(fixture.told).toMatchObject([
      { kind: 'progress', id: 4, progress: { attempts: 6, voids: 0, best: { nonce: 3n, workHash: 10n } } },
      { kind: 'searched', id: 4, ending: { solution: undefined, next: 6n, wasCancelled: false } },
    ])
  })

  it('ends with the first solution', () => {
    const fixture = createRun(
      6n,
      (nonce) => (nonce === 2n ? { ...missed(nonce), kind: 'solved' } : missed(nonce)) as AttemptOutcome,
    )
    runToEnd(fixture)
    expect(fixture.told).toMatchObject([
      { progress: { attempts: 3, best: { nonce: 2n } } },
      { ending: { solution: { nonce: 2n }, next: 3n } },
    ])
  })

  it('counts void attempts, which are never the best', () => {
    const fixture = createRun(3n, () => ({ kind: 'void' }))
    runToEnd(fixture)
    expect(fixture.told[0]).toMatchObject({ progress: { attempts: 3, voids: 3, best: undefined } })
  })

  it('makes an attempt that was stopped again', () => {
    let stops = 2
    const nonces: bigint[] = []
    const fixture = createRun(2n, (nonce) => {
      nonces.push(nonce)
      return stops-- > 0 ? { kind: 'stopped' } : missed(nonce)
    })
    runToEnd(fixture)
    expect(nonces).toEqual([0n, 0n, 0n, 1n])
    expect(fixture.told[0]).toMatchObject({ progress: { attempts: 2 } })
  })

  it('says where it was when it is cancelled', () => {
    const fixture = createRun(9n)
    fixture.run.step()
    fixture.run.step()
    fixture.run.cancel()
    expect(fixture.run.hasEnded).toBe(true)
    expect(fixture.told).toMatchObject([{ progress: { attempts: 2 } }, { ending: { next: 2n, wasCancelled: true } }])
  })

  it('reports every tenth of a second, and nothing where nothing was made', () => {
    const fixture = createRun(9n)
    fixture.clock.nowMs = 99
    fixture.run.step()
    expect(fixture.told).toEqual([])
    fixture.clock.nowMs = 100
    fixture.run.step()
    expect(fixture.told).toMatchObject([{ progress: { attempts: 1 } }])
    const empty = createRun(0n)
    runToEnd(empty)
    expect(empty.told).toMatchObject([{ kind: 'searched', ending: { next: 0n } }])
  })
})
