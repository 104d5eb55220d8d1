import { sealBlock } from '@poai/chain'
import type { BlockCodecs, Clock, Logger, Seal } from '@poai/core'
import type { DeliveryOptions } from '../jobs/block-delivery.ts'
import { Outage } from '../outage.ts'
import type { FarmClient } from './farm-client.ts'
import type { FarmAnswer, FarmJob, FarmSolution, FarmVerdict } from './farm-job.ts'

/** How long to wait before asking again for a verdict that said nothing. */
const ASK_AGAIN_MS = 500
/** A restarted node should have its farm back before people wonder. */
export const LONGEST_PAUSE_MS = 5_000
const UNSETTLED: ReadonlySet<FarmVerdict> = new Set<FarmVerdict>(['busy', 'undecided'])

export interface SolutionDeliveryDependencies {
  readonly client: Pick<FarmClient, 'submitWork'>
  readonly codecs: Pick<BlockCodecs, 'block' | 'body'>
  readonly clock: Pick<Clock, 'sleep'>
  readonly logger: Logger
}

/** A solution and the job that it solves. */
export interface FoundSolution {
  readonly worker: string
  readonly work: FarmJob
  readonly seal: Seal
}

/** Brings solutions to a node that may be away for a while, or may have forgotten the job when it comes back. */
export class SolutionDelivery {
  readonly #dependencies: SolutionDeliveryDependencies
  readonly #outage: Outage

  constructor(dependencies: SolutionDeliveryDependencies) {
    this.#dependencies = dependencies
    this.#outage = new Outage(
      {
        failed: 'The node does not answer to a solution: trying again',
        recovered: 'The node has answered to a solution',
        longestPauseMs: LONGEST_PAUSE_MS,
      },
      dependencies,
    )
  }

  /** What failed last, while it keeps failing. */
  get error(): unknown {
    return this.#outage.error
  }

  /** Resolves with the node's verdict, or undefined when nobody waits for one any more. */
  async deliver({ worker, work, seal }: FoundSolution, options: DeliveryOptions): Promise<FarmAnswer | undefined> {
    const { client, clock } = this.#dependencies
    const { lastTry, signal } = options
    let solution: FarmSolution = { worker, jobId: work.jobId, seal }
    do {
      try {
        const answer = await client.submitWork(solution, signal)
        this.#outage.over()
        const isUnknown = answer.verdict === 'unknown-job' && solution.block === undefined
        const block = isUnknown ? this.#blockOf(work, seal) : undefined
        if (block !== undefined) solution = { ...solution, block }
        else if (!UNSETTLED.has(answer.verdict)) return answer
        else await clock.sleep(ASK_AGAIN_MS, lastTry)
      } catch (error) {
        if (!lastTry.aborted) await this.#outage.endure(error, lastTry)
      }
    } while (!lastTry.aborted)
    return undefined
  }

  /** The whole block, if the job came with its body: a restarted node knows nothing else about it. */
  #blockOf({ header, epochKey, body }: FarmJob, seal: Seal): Uint8Array | undefined {
    if (body === undefined) return undefined
    const { codecs } = this.#dependencies
    return codecs.block.encode(sealBlock({ header, epochKey, body: codecs.body.decode(body) }, seal))
  }
}
