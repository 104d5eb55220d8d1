import {
  type ChainContext,
  chainContextCodec,
  extendContext,
  genesisContext,
  nextEpochKey,
  validateBody,
  validateHeaderAlone,
  validateHeaderInContext,
  validateWorkClaim,
  verifyBlock,
  type WorkVerifier,
} from '@poai/consensus'
import { type Block, equalBytes, headerHash, type NetworkParams } from '@poai/core'
import { type BlockStore, StorageError } from '@poai/storage'
import { canonicalBlocks } from '../db/canonical-blocks.ts'
import { follow, type VerifyOptions, type VerifyReport } from './verify-chain.ts'

export interface RangeDependencies {
  readonly params: NetworkParams
  readonly blocks: BlockStore
  readonly verifier: WorkVerifier
}

/**
 * Verifies the headers, the work and the bodies of a range of blocks. They are not executed: that would take the state
 * before them. What precedes the first block is taken from the database as it is.
 */
export async function verifyRange(
  { from, to }: { readonly from: bigint; readonly to: bigint },
  { params, blocks, verifier }: RangeDependencies,
  options: VerifyOptions,
): Promise<VerifyReport> {
  let context = contextBefore(from, { params, blocks })
  const nowSeconds = BigInt(Math.floor(Date.now() / 1000))
  // Called in the order of the blocks: the cheap checks that depend on the block before come before anything waits.
  const work = async (block: Block): Promise<void> => {
    const { header, body } = block
    validateHeaderAlone({ params, header })
    validateHeaderInContext({ params, context, header, nowSeconds })
    const epochKey = nextEpochKey(params, context)
    context = extendContext(params, context, header)
    validateWorkClaim(header)
    validateBody({ params, header, body })
    await verifyBlock(verifier, block, { epochKey, signal: options.signal, isClaimMet: true })
  }
  return follow(upTo(canonicalBlocks(blocks, from), to), from, { ...options, work })
}

/** The chain up to the parent of block `number`, as the database has it. */
function contextBefore(number: bigint, { params, blocks }: Pick<RangeDependencies, 'params' | 'blocks'>): ChainContext {
  if (number === 1n) return genesisContext(params)
  const hash = blocks.canonicalHash(number - 1n)
  const bytes = hash === undefined ? undefined : blocks.context(hash)
  const header = hash === undefined ? undefined : blocks.header(hash)
  const context = bytes === undefined ? undefined : chainContextCodec.decode(bytes)
  if (context === undefined || header === undefined || !equalBytes(context.hash, headerHash(header))) {
    throw new StorageError('STORAGE_DAMAGED', `what precedes block ${number} is incomplete`, {
      hint: 'poai db check looks for more damage',
    })
  }
  return context
}

async function* upTo(blocks: AsyncIterable<Block>, last: bigint): AsyncGenerator<Block, void, void> {
  for await (const block of blocks) {
    if (block.header.number > last) return
    yield block
  }
}
