import type { NetworkParams } from '@poai/core'
import type { Testnet, TestnetListener } from '../nodes/testnet.ts'
import type { DevelopmentAccount } from '../plan/testnet-definition.ts'
import { Chaos, type ChaosFigures } from './chaos.ts'
import { createSeededRandom } from './seeded-random.ts'
import { Traffic, type TrafficFigures } from './traffic.ts'

export interface StressOptions {
  /** Undefined for no traffic. */
  readonly trafficPerSecond: number | undefined
  /** The seed of the disturbances; undefined for none. */
  readonly chaosSeed: string | undefined
  readonly params: NetworkParams
  readonly accounts: readonly DevelopmentAccount[]
  readonly onEvent: TestnetListener
}

/** What a network was put through; undefined for what was not asked for. */
export interface StressFigures {
  readonly traffic: TrafficFigures | undefined
  readonly chaos: (ChaosFigures & { readonly seed: string }) | undefined
}

/** What a network is put through while it runs. */
export interface Stress {
  readonly figures: StressFigures
  /**
   * Runs until `calm` is aborted, and resolves when everything is restored, to the error that ended it early if there
   * was one. `signal` ends it as it stands.
   */
  run(until: { readonly calm: AbortSignal; readonly signal: AbortSignal }): Promise<unknown>
}

/** The traffic and the chaos that somebody asked for. */
export function createStress(options: StressOptions, testnet: Testnet): Stress {
  const { trafficPerSecond: perSecond, chaosSeed: seed, params, accounts, onEvent } = options
  const { chainId, difficulty } = params
  const traffic =
    perSecond === undefined
      ? undefined
      : new Traffic({ perSecond, chainId, accounts, random: createSeededRandom('traffic') }, testnet)
  const { spacingSeconds } = difficulty
  const chaos =
    seed === undefined
      ? undefined
      : { seed, run: new Chaos({ random: createSeededRandom(seed), spacingSeconds, onEvent }, testnet) }
  return {
    get figures() {
      return { traffic: traffic?.figures, chaos: chaos && { ...chaos.run.figures, seed: chaos.seed } }
    },
    run: ({ calm, signal }) =>
      Promise.all([traffic?.run(AbortSignal.any([calm, signal])), chaos?.run.run({ calm, signal })]).then(
        () => undefined,
        (error: unknown) => error,
      ),
  }
}
