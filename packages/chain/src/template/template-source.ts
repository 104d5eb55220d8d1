import { type Clock, Emitter, type Logger, type Subscribe } from '@poai/core'
import { ChainError } from '../chain-error.ts'
import type { HeadEvent } from '../head-event.ts'
import type { MempoolView } from '../mempool/mempool.ts'
import {
  type BlockTemplate,
  buildBlockTemplate,
  type TemplateDependencies,
  type TemplateRequest,
} from './block-template.ts'
import { SlowTransactions } from './slow-transactions.ts'
import { MAX_WAITING_TEMPLATES, TemplateTurns } from './template-turns.ts'

/**
 * Why a template should be made again: after `head` it is worthless, after `mempool` it only pays less than it could.
 */
export type StaleReason = 'head' | 'mempool'

/** Blocks for miners to work on. */
export interface TemplateSource {
  /** Rejects with `CHAIN_BUSY` if too many wait for theirs. */
  build(request: TemplateRequest): Promise<BlockTemplate>
  /** At most once for each template that was built, except for a new head, which is always told. */
  readonly onStale: Subscribe<StaleReason>
}

export interface TemplateSourceOptions {
  /** After so long, new transactions are worth another template; before, the work under way is. */
  readonly refreshMs?: number
}

export interface TemplateSourceDependencies extends TemplateDependencies {
  readonly mempool: Pick<MempoolView, 'priceOrder' | 'onAdded'>
  readonly onHead: Subscribe<HeadEvent>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * A fifth of the shortest block time of a built-in network: a new template costs a miner an attempt in flight at most.
 */
export const DEFAULT_REFRESH_MS = 1_000

/** Templates over the head and the pool, and word of when they are stale. */
export function createTemplateSource(
  { refreshMs = DEFAULT_REFRESH_MS }: TemplateSourceOptions,
  dependencies: TemplateSourceDependencies,
): TemplateSource {
  const { clock, mempool, onHead, logger } = dependencies
  const stale = new Emitter<StaleReason>('template stale', logger)
  const slow = new SlowTransactions()
  const turns = new TemplateTurns({}, { clock })
  let builtAtMs: number | undefined
  let refresh: AbortController | undefined

  const cancelRefresh = (): void => {
    refresh?.abort()
    refresh = undefined
  }
  onHead(() => {
    cancelRefresh()
    builtAtMs = undefined
    stale.emit('head')
  })
  mempool.onAdded(() => {
    if (builtAtMs === undefined || refresh !== undefined) return
    const waiting = new AbortController()
    refresh = waiting
    const leftMs = Math.max(0, builtAtMs + refreshMs - clock.nowMs())
    clock.sleep(leftMs, waiting.signal).then(
      () => stale.emit('mempool'),
      // A new head or a new template came first.
      () => undefined,
    )
  })
  return {
    build: async (request) => {
      const template = await turns.take(request.beneficiary, request.signal, () =>
        buildBlockTemplate({ ...dependencies, slow }, request),
      )
      if (template === undefined) {
        throw new ChainError('CHAIN_BUSY', 'too many templates are being made', {
          expected: `at most ${MAX_WAITING_TEMPLATES} at one time`,
        })
      }
      cancelRefresh()
      builtAtMs = clock.nowMs()
      return template
    },
    onStale: stale.subscribe,
  }
}
