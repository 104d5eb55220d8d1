import type { ChainContext } from '@poai/consensus'
import type { Block, BlockCodecs, Checkpoint, Clock, Hash32, Header, NetworkParams } from '@poai/core'
import { ChainError, FINAL_HINT } from '../chain-error.ts'
import type { ChainDatabase } from '../database/chain-database.ts'
import { refuseBesideCheckpoint } from '../database/with-checkpoints.ts'
import type { HeadEvent } from '../head-event.ts'
import { headWeight, type WeighedCandidate } from './adopt-block.ts'
import { judgeBody, judgeClaim, judgeHeader, judgeInContext } from './judge-block.ts'
import type { SideBlock, SideBlocks } from './side-blocks.ts'
import { sideOf } from './side-of.ts'

export interface AdmissionOptions {
  readonly params: NetworkParams
  readonly checkpoints: readonly Checkpoint[]
}

/** What admission needs, and nothing more. */
export interface AdmissionDependencies {
  readonly database: ChainDatabase
  readonly codecs: Pick<BlockCodecs, 'body'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly sides: SideBlocks
  /** The ends of the chains whose last block is being judged. */
  underWay(): Iterable<ChainContext>
}

/** A header on its way to its place, and what else is known of it. */
interface Place {
  readonly hash: Hash32
  readonly header: Header
  readonly branchWork?: bigint | undefined
  /** Of the body; called where it matters. */
  readonly encodedBytes?: () => number
}

/** Everything that is cheap: the rules of the header, and whether a block of its work is worth more than that. */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #dependencies: AdmissionDependencies

  constructor(options: AdmissionOptions, dependencies: AdmissionDependencies) {
    this.#options = options
    this.#dependencies = dependencies
  }

  /** Throws what keeps a block out; otherwise returns its place. */
  judge(
    { hash, block, branchWork }: { readonly hash: Hash32; readonly block: Block; readonly branchWork?: bigint },
    parent: ChainContext,
  ): WeighedCandidate {
    const { header, body } = block
    const encodedBytes = (): number => this.#dependencies.codecs.body.encode(body).length
    const { context, weight } = this.judgePlace({ hash, header, branchWork, encodedBytes }, parent)
    judgeBody(this.#options, block)
    const side = (): SideBlock => sideOf({ hash, header, weight, bodyBytes: encodedBytes() })
    return { hash, block, parent, context, side }
  }

  /** The header after its parent, and whether its branch can still win. */
  judgePlace(
    { hash, header, branchWork = 0n, encodedBytes = () => 0 }: Place,
    parent: ChainContext,
  ): { readonly context: ChainContext; readonly weight: bigint } {
    const { database, clock, sides, underWay } = this.#dependencies
    judgeHeader(this.#options, { header })
    const context = judgeInContext({ ...this.#options, clock }, { header }, parent)
    this.#refuseFinal(header)
    refuseBesideCheckpoint(context, this.#options.checkpoints)
    judgeClaim({ header })
    const weight = branchWork > context.totalWork ? branchWork : context.totalWork
    const { totalWork } = database.head()
    if (weight > totalWork) return { context, weight }
    const rivals = [...underWay()].filter((rival) => rival.number === header.number && rival.totalWork <= totalWork)
    const bodyBytes = encodedBytes()
    sides.admit(sideOf({ hash, header, weight, bodyBytes }), headWeight(database), rivals.length)
    return { context, weight }
  }

  /** Moves blocks that left the chain beside it, and takes away those that joined it. */
  followHead({ removed, added }: HeadEvent): void {
    const { database, codecs, sides } = this.#dependencies
    for (const { hash } of added) sides.remove(hash)
    for (const { hash, block } of removed) {
      const weight = database.context(hash)?.totalWork ?? 0n
      const bodyBytes = codecs.body.encode(block.body).length
      sides.put(sideOf({ hash, header: block.header, weight, bodyBytes }))
    }
    sides.forgetBelow(database.branchHorizon())
  }

  /** A block beside what is final can never become canonical: it is not worth a replay. */
  #refuseFinal({ number }: Header): void {
    const final = this.#dependencies.database.final()
    if (number > final.number) return
    throw new ChainError('CHAIN_FINAL', 'the block is beside what is final here', {
      expected: `above ${final.number}`,
      actual: String(number),
      hint: FINAL_HINT,
    })
  }
}
