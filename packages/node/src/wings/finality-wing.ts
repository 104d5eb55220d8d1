import { FINALITY_ROWS } from '../finality/finality-metrics.ts'
import { createFinalityWatch, type FinalityWatch } from '../finality/finality-watch.ts'
import type { Standing } from '../finality/settling.ts'
import type { Ground } from '../ground.ts'
import { Late } from '../lifecycle/late.ts'
import { readFrom } from '../metrics/metric.ts'
import type { ChainWing } from './chain-wing.ts'
import type { NetworkWing } from './network-wing.ts'
import type { Telling } from './wing.ts'

/** The answer before there is anybody to agree with. */
const NOT_STANDING: Standing = { isSettled: false, why: 'starting' }

/** Lets blocks become final while enough peers agree with this node. */
export function finalityWing(
  { config, params, clock, logger }: Ground,
  { chain, network }: { readonly chain: ChainWing; readonly network: NetworkWing },
): Telling<'finality'> {
  const watch = new Late<FinalityWatch>('the node has not joined its network yet')
  const look = (): Standing & { readonly number: bigint } => ({
    ...(watch.now?.standing() ?? NOT_STANDING),
    number: chain.parts.now?.chain.finalized().number ?? 0n,
  })
  return {
    metrics: readFrom(FINALITY_ROWS, look),
    status: () => {
      const { number, isSettled, why } = look()
      return { finality: { number: Number(number), isSettled, why } }
    },
    start: async (services) => {
      const { peers, seconds } = config.finality
      const { sharedAddresses } = config.p2p
      const { spacingSeconds } = params.difficulty
      const finality = createFinalityWatch(
        { peers, ms: seconds * 1000, sharedAddresses, alone: config.mining.alone, spacingSeconds },
        { chain: chain.parts.made.chain, network: network.joined.now, clock, logger },
      )
      await services.start('finality', watch.make(finality))
    },
  }
}
