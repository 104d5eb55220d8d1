import type { NodeStatusJson } from '@poai/api/client'
import type { PoolSize } from '@poai/chain'
import { workOfTarget } from '@poai/consensus'
import { bytesToHex, genesisHash, genesisHeader, type Hash32, type NetworkParams } from '@poai/core'
import type { ChainParts } from './open-chain.ts'
import { type ImportFigures, NO_IMPORTS } from './watch-imports.ts'

/** The end of the canonical chain. */
export interface HeadStatus {
  readonly number: bigint
  readonly hash: Hash32
  readonly timestamp: bigint
  /** Attempts that a block at this target takes on average. */
  readonly difficulty: bigint
  readonly totalWork: bigint
}

/** A snapshot of a chain. Counts are since the start. */
export interface ChainStatus {
  readonly head: HeadStatus
  readonly imports: ImportFigures
  readonly mempool: PoolSize
}

/** What the chain is now: the genesis block alone, while it is not open yet. */
export function lookAtChain(
  params: NetworkParams,
  parts: Pick<ChainParts, 'chain' | 'importFigures'> | undefined,
): ChainStatus {
  return {
    head: headStatus(params, parts),
    imports: parts?.importFigures() ?? NO_IMPORTS,
    mempool: parts?.chain.mempool.size ?? { pending: 0, queued: 0, bytes: 0 },
  }
}

function headStatus(params: NetworkParams, parts: Pick<ChainParts, 'chain'> | undefined): HeadStatus {
  const head = parts?.chain.head()
  const header = (head === undefined ? undefined : parts?.chain.queries.header(head.hash)) ?? genesisHeader(params)
  return {
    number: header.number,
    hash: head?.hash ?? genesisHash(params),
    timestamp: header.timestamp,
    difficulty: workOfTarget(header.target),
    totalWork: head?.totalWork ?? 0n,
  }
}

/** Fields of `poai_nodeStatus` that a chain brings. */
export type ChainStatusField = 'head' | 'reorganisations' | 'blocksImported' | 'orphans' | 'invalidBlocks' | 'mempool'

/** The chain as `poai_nodeStatus` tells of it: counts as numbers, quantities that may be larger as decimal text. */
export function chainToJson({ head, imports, mempool }: ChainStatus): Pick<NodeStatusJson, ChainStatusField> {
  return {
    head: {
      number: Number(head.number),
      hash: bytesToHex(head.hash),
      timestamp: Number(head.timestamp),
      difficulty: String(head.difficulty),
      totalWork: String(head.totalWork),
    },
    reorganisations: { ...imports.reorganisations },
    blocksImported: imports.outcomes.head + imports.outcomes.side,
    // Stored, and beside the chain when they came.
    orphans: imports.outcomes.side,
    invalidBlocks: countInvalid(imports),
    mempool: { pending: mempool.pending, queued: mempool.queued, bytes: mempool.bytes },
  }
}

/** Blocks that broke a rule, whichever. */
export function countInvalid({ invalid }: Pick<ImportFigures, 'invalid'>): number {
  return Object.values(invalid).reduce((sum, count) => sum + count, 0)
}
