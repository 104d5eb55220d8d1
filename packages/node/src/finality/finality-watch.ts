import type { Chain } from '@poai/chain'
import type { Clock, Logger, Startable } from '@poai/core'
import { repeat } from '../lifecycle/repeat.ts'
import { Settling, type SettlingDependencies, type SettlingOptions, type Standing } from './settling.ts'

/** Tells the chain whether blocks may become final. */
export interface FinalityWatch extends Startable {
  standing(): Standing
}

/** What the watch needs, and nothing more. */
export interface FinalityWatchDependencies extends SettlingDependencies {
  readonly chain: SettlingDependencies['chain'] & Pick<Chain, 'settle' | 'finalized'>
  readonly clock: Clock
  readonly logger: Logger
}

/** Agreement is a matter of minutes. */
const LOOK_EVERY_MS = 1000

/** Checks every second whether the node has settled, and logs when that changes. */
export function createFinalityWatch(options: SettlingOptions, dependencies: FinalityWatchDependencies): FinalityWatch {
  const { chain, clock, logger } = dependencies
  const settling = new Settling(options, dependencies)
  let standing: Standing = { isSettled: false, why: 'not looked at yet' }
  const look = (): void => {
    const before = standing
    standing = settling.look()
    chain.settle(standing.isSettled)
    if (standing.isSettled === before.isSettled) return
    const figures = { why: standing.why, head: chain.head().number, final: chain.finalized().number }
    if (standing.isSettled) logger.info('Settled: blocks become final from now on', figures)
    else logger.warn('Not settled any more: no more blocks become final', figures)
  }
  const looking = repeat({ name: 'finality', everyMs: LOOK_EVERY_MS }, { clock, logger }, look)
  return {
    standing: () => standing,
    start: async () => {
      look()
      await looking.start()
    },
    stop: async () => {
      await looking.stop()
      chain.settle(false)
    },
  }
}
