import { type AnswerDesk, createAnswerDesk } from '../engine/answer-desk.ts'
import { engineToJson } from '../engine/engine-json.ts'
import { engineMethod } from '../engine/engine-method.ts'
import { ANSWER_ROWS, ENGINE_ROWS, REPLAY_ROWS, replaySeconds } from '../engine/engine-metrics.ts'
import { createModelEngines, type ModelEngines } from '../engine/model-engines.ts'
import { createReplays, type Replays } from '../engine/replays.ts'
import type { Ground } from '../ground.ts'
import { readFrom } from '../metrics/metric.ts'
import type { Telling } from './wing.ts'

/** The network's models on this machine, what is judged with them, and what they are asked. */
export interface EngineWing extends Telling<'replays' | 'engine'> {
  readonly service: ModelEngines
  readonly replays: Replays
  readonly answers: AnswerDesk
}

/** How far the engine's workers yield to this process: docs/MINING.md has the measurement. */
const MINING_NICENESS = 10
const JUDGING_NICENESS = 5

/**
 * Loads the models and tests them. Until then, and if it does not pass, the node judges nothing. The rules of
 * `nextBlock`, which is asked for when the wing starts, say which model that is.
 */
export function engineWing(
  { config, params, installation, engine, clock, logger }: Ground,
  nextBlock: () => bigint,
): EngineWing {
  const niceness = config.mining.enabled ? MINING_NICENESS : JUDGING_NICENESS
  const service = createModelEngines(
    { params, nextBlock, installation, ...config.engine, niceness },
    { ...engine, clock, logger },
  )
  const answers = createAnswerDesk(service)
  const replays = createReplays(params, { evaluator: service, clock, logger })
  return {
    stage: 'loading',
    service,
    replays,
    answers,
    methods: [engineMethod(params, service)],
    metrics: [
      ...readFrom(REPLAY_ROWS, () => replays.figures),
      ...readFrom(ENGINE_ROWS, () => service.status.engine),
      ...readFrom(ANSWER_ROWS, () => answers.figures),
      replaySeconds(replays.onReplay),
    ],
    status: () => ({ replays: { ...replays.figures }, engine: engineToJson(params, service.status.engine) }),
    start: (services) => services.start('engine', service),
    // A model that is being loaded is not worth waiting for.
    giveUp: async () => {
      if (service.status.state !== 'ready') await service.stop()
    },
  }
}
