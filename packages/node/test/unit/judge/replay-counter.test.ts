import type { WorkVerifier } from '@poai/consensus'
import { AppError, devnet, genesisHeader, RuleError, silentLogger, ZERO_HASH } from '@poai/core'
import { ManualClock } from '@poai/testing/manual-clock'
import { expect, it } from 'vitest'
import { createReplayCounter, type FinishedReplay } from '../../../src/judge/replay-counter.ts'

const header = genesisHeader(devnet)
const options = { epochKey: ZERO_HASH }

function verifierOf(outcomes: readonly (Error | undefined)[]): WorkVerifier {
  const queue = [...outcomes]
  return {
    verify: async () => {
      const error = queue.shift()
      if (error !== undefined) throw error
    },
  }
}

it('counts what was decided, and passes on what was thrown', async () => {
  const clock = new ManualClock(0)
  const counter = createReplayCounter({ clock, logger: silentLogger })
  const told: FinishedReplay['outcome'][] = []
  counter.onReplay(({ outcome }) => told.push(outcome))
  const rule = new RuleError('FIELD_KIND', 'wrong')
  const app = new AppError('INFERENCE_NOT_RUNNING', 'no engine')
  const verifier = counter.count(verifierOf([undefined, rule, app, undefined]))
  await verifier.verify(header, options)
  await expect(verifier.verify(header, options)).rejects.toBe(rule)
  await expect(verifier.verify(header, options)).rejects.toBe(app)
  await verifier.verify(header, options)
  expect(counter.figures).toEqual({ total: 3, failed: 1, undecided: 1, perSecond: 0.3 })
  expect(told).toEqual(['valid', 'failed', 'undecided', 'valid'])
  await clock.advance(11_000)
  expect(counter.figures).toMatchObject({ total: 3, perSecond: 0 })
})
