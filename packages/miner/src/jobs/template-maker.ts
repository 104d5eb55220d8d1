import type { BlockTemplate, Chain } from '@poai/chain'
import { type Address, type Clock, equalBytes, type RuleSchedule, rulesAt, type SealedHeader } from '@poai/core'

/** What all templates of one node have in common. */
export interface TemplateMakerOptions {
  readonly params: RuleSchedule
  readonly extraData: Uint8Array
  readonly gasLimitGoal: bigint
}

export interface TemplateMakerDependencies {
  readonly chain: Pick<Chain, 'head' | 'templates'>
  readonly clock: Pick<Clock, 'nowMs'>
}

/** A template, with what making it tells about using it. */
export interface MadeTemplate {
  readonly template: BlockTemplate
  readonly madeAtMs: number
  /** How long it took to make. */
  readonly tookMs: number
  /** Until its timestamp is close enough to every node's clock. 0 unless blocks come faster than seconds pass. */
  readonly earlyMs: number
}

/** The share of time that templates may take: with a full pool on a slow machine they are made less often. */
const MAKING_SHARE = 0.1

/** Asks the chain for templates by this machine's clock. */
export class TemplateMaker {
  readonly #options: TemplateMakerOptions
  readonly #dependencies: TemplateMakerDependencies

  constructor(options: TemplateMakerOptions, dependencies: TemplateMakerDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  async make(beneficiary: Address, signal: AbortSignal): Promise<MadeTemplate> {
    const { extraData, gasLimitGoal } = this.#options
    const { chain, clock } = this.#dependencies
    const begunAtMs = clock.nowMs()
    const nowSeconds = BigInt(Math.floor(begunAtMs / 1000))
    const template = await chain.templates.build({ beneficiary, extraData, nowSeconds, gasLimitGoal, signal })
    const madeAtMs = clock.nowMs()
    const tookMs = Math.max(0, madeAtMs - begunAtMs)
    return { template, madeAtMs, tookMs, earlyMs: this.#earlyMs(template.header, madeAtMs) }
  }

  /**
   * Until a template is so old that another one should be made: later than `ageMs` where making one takes long.
   * Negative when due.
   */
  msLeft({ madeAtMs, tookMs }: MadeTemplate, ageMs: number): number {
    return madeAtMs + Math.max(ageMs, tookMs / MAKING_SHARE) - this.#dependencies.clock.nowMs()
  }

  /** True while the template's parent is the head. */
  isCurrent({ header }: { readonly header: Pick<SealedHeader, 'parentHash'> }): boolean {
    return equalBytes(this.#dependencies.chain.head().hash, header.parentHash)
  }

  /** Half of what the rules allow is left to other nodes, whose clocks may be slow. */
  #earlyMs({ number, timestamp }: SealedHeader, nowMs: number): number {
    const { maxFutureSeconds } = rulesAt(this.#options.params, number).time
    const aheadSeconds = Math.floor(maxFutureSeconds / 2)
    return Math.max(0, (Number(timestamp) - aheadSeconds) * 1000 - nowMs)
  }
}
