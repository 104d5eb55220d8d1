import { type MiningChain, openMiningChain } from './mining-chain.ts'

/**
 * Grows another chain from the genesis block in secret, one longer than the head, and tells of it: all blocks so far
 * leave the chain.
 */
export async function overtake({ chain, params }: MiningChain): Promise<void> {
  const other = await openMiningChain(params)
  try {
    const length = Number(chain.head().number) + 1
    await other.mine(length)
    for (let number = 1n; number <= BigInt(length); number++) {
      const block = await other.chain.queries.block(number)
      if (block === undefined) throw new Error('the block was mined')
      await chain.importBlock(block)
    }
  } finally {
    await other.close()
  }
}
