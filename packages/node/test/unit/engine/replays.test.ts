import type { WorkVerifier } from '@poai/consensus'
import { AppError, devnet, genesisHeader, RuleError, silentLogger, ZERO_HASH } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ManualClock } from '@poai/testing/manual-clock'
import { expect, it } from 'vitest'
import { createReplays, type FinishedReplay } from '../../../src/engine/replays.ts'

const header = genesisHeader(devnet)
const options = { epochKey: ZERO_HASH }

function verifierOf(outcomes: readonly (Error | undefined)[]): WorkVerifier {
  const queue = [...outcomes]
  return {
    verify: async () => {
      const error = queue.shift()
      if (error !== undefined) throw error
    },
    verifyAnswers: async () => undefined,
  }
}

it('counts what was decided, and passes on what was thrown', async () => {
  const clock = new ManualClock(0)
  const rule = new RuleError('FIELD_KIND', 'wrong')
  const app = new AppError('INFERENCE_NOT_RUNNING', 'no engine')
  const verifier = verifierOf([undefined, rule, app, undefined])
  const replays = createReplays(devnet, { evaluator: createFakeEngine(), verifier, clock, logger: silentLogger })
  const told: FinishedReplay['outcome'][] = []
  replays.onReplay(({ outcome }) => told.push(outcome))
  await replays.verify(header, options)
  await expect(replays.verify(header, options)).rejects.toBe(rule)
  await expect(replays.verify(header, options)).rejects.toBe(app)
  await replays.verify(header, options)
  expect(replays.figures).toEqual({ total: 3, failed: 1, undecided: 1, perSecond: 0.3 })
  expect(told).toEqual(['valid', 'failed', 'undecided', 'valid'])
  await clock.advance(11_000)
  expect(replays.figures).toMatchObject({ total: 3, perSecond: 0 })
})
