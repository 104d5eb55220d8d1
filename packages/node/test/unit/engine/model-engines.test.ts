import { AppError, devnet, hash32, type NetworkParams, utf8ToBytes, type WorkParams } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { SCRIPTED_MODEL } from '@poai/testing/chain'
import { ManualClock } from '@poai/testing/manual-clock'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EngineMaker } from '../../../src/engine/engine-service.ts'
import { RETRY_MS } from '../../../src/engine/engine-service.ts'
import { createModelEngines, type ModelEngines } from '../../../src/engine/model-engines.ts'
import { FAKE_EXAMS, fakeSetup } from '../../support/fake-model.ts'
import { RecordingLogger } from '../../support/recording-logger.ts'

const installation = { models: '/nowhere', home: '/nowhere', modelStore: '/nowhere', cache: '/nowhere' }
const setup = await fakeSetup(1)

const later: WorkParams = { ...devnet.work, model: 'later', modelSha256: hash32(utf8ToBytes('later')) }
const params: NetworkParams = {
  ...devnet,
  inference: { models: [SCRIPTED_MODEL] },
  forks: [{ name: 'model', number: 10n, changes: { work: later } }],
}

interface World {
  readonly engines: ModelEngines
  /** Names of the models that were loaded, in order. */
  readonly loaded: string[]
  readonly clock: ManualClock
}

async function start(nextBlock: bigint, findSetup?: EngineMaker['findSetup']): Promise<World> {
  const loaded: string[] = []
  const clock = new ManualClock(0)
  const engines = createModelEngines(
    { params, nextBlock: () => nextBlock, installation, workers: 1, niceness: 0 },
    {
      findSetup: async (where, { work }) => {
        loaded.push(work.model)
        return findSetup === undefined ? setup : findSetup(where, { work })
      },
      createEngine: () => createFakeEngine({ seed: 1 }),
      ...{ clock, logger: new RecordingLogger() },
    },
  )
  onTestFinished(() => engines.stop())
  await engines.start()
  return { engines, loaded, clock }
}

const ask = { work: { modelSha256: SCRIPTED_MODEL.sha256, domain: SCRIPTED_MODEL.domain } }
const task = {
  prompt: Uint32Array.of(1, 68),
  maxTokens: 3,
  sampling: { temperature: 0, seed: new Uint8Array(32) },
  stopTokens: [],
}

describe('the engines of a node', () => {
  it('load what the next block is mined with, then what contracts may call', async () => {
    const { engines, loaded } = await start(1n)
    expect(engines.status.state).toBe('ready')
    await engines.evaluate(FAKE_EXAMS, ask)
    expect(loaded).toEqual([devnet.work.model, 'scripted'])
    expect(engines.callable()).toMatchObject([{ name: 'scripted', state: 'ready' }])
    expect((await engines.generate(ask.work, task)).tokens).toHaveLength(3)
  })

  it('load the model of another height when it is asked for', async () => {
    const { engines, loaded } = await start(10n)
    expect(loaded[0]).toBe('later')
    await engines.evaluate(FAKE_EXAMS, { work: devnet.work })
    expect(loaded).toContain(devnet.work.model)
    await engines.evaluate(FAKE_EXAMS, { work: later })
    expect(loaded.filter((name) => name === 'later')).toHaveLength(1)
  })

  it('cannot decide by a model that no rule names', async () => {
    const { engines } = await start(1n)
    const unknown = { modelSha256: hash32(utf8ToBytes('unknown')), domain: 'portable-1' }
    await expect(engines.evaluate(FAKE_EXAMS, { work: unknown })).rejects.toMatchObject({
      code: 'INFERENCE_NOT_RUNNING',
      expected: `${devnet.work.model}, later, scripted`,
    })
  })

  it('cannot decide without a model, say why, and go on once it is there', async () => {
    let isThere = false
    const missing = new AppError('MODEL_MISSING', 'no such model', { hint: 'poai model pull scripted' })
    const { engines, clock } = await start(1n, async (_, { work }) => {
      if (work.model === 'scripted' && !isThere) throw missing
      return setup
    })
    await expect(engines.evaluate(FAKE_EXAMS, ask)).rejects.toMatchObject({ hint: 'poai model pull scripted' })
    expect(engines.status.state, 'blocks without such calls are judged').toBe('ready')
    expect(engines.callable()).toMatchObject([{ name: 'scripted', state: 'abstaining', reason: missing }])
    isThere = true
    await clock.advance(RETRY_MS)
    expect(await engines.evaluate(FAKE_EXAMS, ask)).toHaveLength(FAKE_EXAMS.length)
  })

  it('hold up no block that is being built while a model is loaded', async () => {
    const { engines } = await start(1n, (_, { work }) =>
      work.model === 'scripted' ? new Promise(() => undefined) : Promise.resolve(setup),
    )
    await expect(engines.generate(ask.work, task, { priority: 'build' })).rejects.toMatchObject({
      code: 'INFERENCE_NOT_RUNNING',
    })
    await expect(engines.evaluate(FAKE_EXAMS, { ...ask, priority: 'build' })).rejects.toMatchObject({
      code: 'INFERENCE_NOT_RUNNING',
    })
  })

  it.each(['at first', 'later'])('let nobody wait for a model whose engine fails unexpectedly, %s', async (when) => {
    let isBroken = when === 'at first'
    const missing = new AppError('MODEL_MISSING', 'no such model', {})
    const { engines, clock } = await start(1n, async (_, { work }) => {
      if (work.model !== 'scripted') return setup
      if (isBroken) throw new TypeError('nobody thought of this')
      throw missing
    })
    await expect(engines.evaluate(FAKE_EXAMS, ask)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    isBroken = true
    await clock.advance(RETRY_MS)
    await expect(engines.evaluate(FAKE_EXAMS, ask)).rejects.toMatchObject({ code: 'INFERENCE_NOT_RUNNING' })
    expect(engines.callable()).toMatchObject([{ state: 'abstaining' }])
  })
})
