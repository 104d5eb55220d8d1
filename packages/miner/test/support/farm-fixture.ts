import type { Chain, ChainOptions } from '@poai/chain'
import type { JsonValue, NetworkParams } from '@poai/core'
import { onTestFinished } from 'vitest'
import {
  createFarmDesk,
  createFarmMiner,
  createFarmService,
  type FarmClient,
  type FarmDesk,
  type FarmDeskDependencies,
  type FarmDeskOptions,
  type FarmMiner,
  type FarmMinerDependencies,
  type FarmMinerOptions,
  farmRequestToJson,
  farmSolutionToJson,
  parseFarmAnswer,
  parseFarmJob,
  rateReportToJson,
} from '../../src/index.ts'
import { type MiningFixture, openMiningFixture, recordingLogger, TEST_BENEFICIARY } from './mining-fixture.ts'

/** As a wire would. */
function throughText(json: JsonValue): unknown {
  return JSON.parse(JSON.stringify(json))
}

/** A client that speaks JSON to whatever desk `desk` says is there now. */
export function jsonClient(desk: () => FarmDesk): FarmClient {
  return {
    getWork: async (request, signal) =>
      parseFarmJob(
        throughText(await createFarmService(desk()).getWork(throughText(farmRequestToJson(request)), signal)),
      ),
    submitWork: async (solution) =>
      parseFarmAnswer(
        throughText(await createFarmService(desk()).submitWork(throughText(farmSolutionToJson(solution)))),
      ),
    submitRate: async (report) => {
      await createFarmService(desk()).submitRate(throughText(rateReportToJson(report)))
    },
  }
}

/** A chain in memory with a fake model, a started desk, and farm miners that have not started. */
export interface FarmFixture extends MiningFixture {
  readonly desk: FarmDesk
  /** Another desk on the same chain, as after the node's restart. */
  restart(): Promise<FarmDesk>
  farmMiner(options?: Partial<FarmMinerOptions>, dependencies?: Partial<FarmMinerDependencies>): FarmMiner
  readonly client: FarmClient
}

export interface FarmFixtureOptions {
  readonly params?: NetworkParams
  readonly chain?: Partial<ChainOptions>
  readonly desk?: Partial<FarmDeskOptions>
  readonly dependencies?: Partial<FarmDeskDependencies>
  /** Wraps the chain that the desk sees. */
  readonly wrap?: (chain: Chain) => Chain
}

/** Opens it; everything ends with the test. */
export async function openFarmFixture(options: FarmFixtureOptions = {}): Promise<FarmFixture> {
  const fixture = await openMiningFixture(options.params, options.chain)
  const { params, codecs, clock, log, searcher } = fixture
  const chain = options.wrap?.(fixture.chain) ?? fixture.chain
  const logger = recordingLogger(log)
  const startDesk = async (): Promise<FarmDesk> => {
    const desk = createFarmDesk(
      { params, beneficiary: TEST_BENEFICIARY, ...options.desk },
      { chain, codecs, clock, logger, ...options.dependencies },
    )
    await desk.start()
    onTestFinished(() => desk.stop())
    return desk
  }
  let desk = await startDesk()
  const client = jsonClient(() => desk)
  return {
    ...fixture,
    desk,
    client,
    restart: async () => {
      await desk.stop()
      desk = await startDesk()
      return desk
    },
    farmMiner: (minerOptions = {}, dependencies = {}) => {
      const miner = createFarmMiner(
        { params, worker: 'shed-1', workers: 1, ...minerOptions },
        { client, searcher, codecs, clock, logger, ...dependencies },
      )
      onTestFinished(() => miner.stop())
      return miner
    },
  }
}
