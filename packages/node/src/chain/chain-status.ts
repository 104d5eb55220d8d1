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

/** A snapshot of the chain. Counts are since the start. */
export interface ChainStatus {
  readonly head: HeadStatus
  readonly imports: ImportFigures
  readonly mempool: PoolSize
}

/** The state of the chain now. Until it is open, only the genesis block is known. */
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

/** The fields of `poai_nodeStatus` that the chain fills. */
export type ChainStatusField = 'head' | 'reorganisations' | 'blocksImported' | 'orphans' | 'invalidBlocks' | 'mempool'

/** The chain in `poai_nodeStatus`: counts are numbers; quantities that may be larger are decimal text. */
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
    // Stored beside the canonical chain when they arrived.
    orphans: imports.outcomes.side,
    invalidBlocks: countInvalid(imports),
    mempool: { pending: mempool.pending, queued: mempool.queued, bytes: mempool.bytes },
  }
}

/** How many blocks broke any rule. */
export function countInvalid({ invalid }: Pick<ImportFigures, 'invalid'>): number {
  return Object.values(invalid).reduce((sum, count) => sum + count, 0)
}
