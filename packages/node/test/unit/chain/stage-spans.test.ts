import type { FinishedStage } from '@poai/chain'
import { AppError, bytesToHex, Emitter, RuleError, silentLogger, ZERO_HASH } from '@poai/core'
import { expect, it } from 'vitest'
import { logStageSpans } from '../../../src/chain/stage-spans.ts'
import { RecordingLogger } from '../../support/recording-logger.ts'

const told = { number: 7n, hash: ZERO_HASH, beganMs: 1000, durationMs: 12.3456 }

it.each<[string, FinishedStage, string]>([
  ['an import', { ...told, stage: 'import', end: { outcome: 'side' } }, 'side'],
  ['a replay', { ...told, stage: 'replay', end: { outcome: 'valid' } }, 'valid'],
  ['an execution', { ...told, stage: 'execution', end: { outcome: 'done' } }, 'done'],
  [
    'a rule that was broken',
    { ...told, stage: 'import', end: { error: new RuleError('FIELD_KIND', '') } },
    'FIELD_KIND',
  ],
  ['a failure of ours', { ...told, stage: 'replay', end: { error: new AppError('X_Y', 'failed') } }, 'undecided'],
])('tells of %s when it began, how long it took and how it ended', (_what, finished, outcome) => {
  const logger = new RecordingLogger()
  const stages = new Emitter<FinishedStage>('stage', silentLogger)
  logStageSpans({ onStage: stages.subscribe }, logger)
  stages.emit(finished)
  const { stage: span } = finished
  const data = { span, number: 7n, trace: bytesToHex(ZERO_HASH), startMs: 1000, durationMs: 12.35, outcome }
  expect(logger.entries).toEqual([{ level: 'debug', message: 'Span', data }])
})
