import { type Call, type Method, method, PreparedJson, SCHEMAS } from '@poai/api'
import type { BadBlockJson } from '@poai/api/client'
import { type Address, type Block, bytesToHex, RuleError } from '@poai/core'
import { writeList } from '../../dispatch/write-list.ts'
import { longHex } from '../../format/long-hex.ts'
import { showBlock } from '../eth/blocks.ts'
import type { MethodContext } from '../method-context.ts'

/** Blocks that broke rules. `poai db bad-blocks` also says which rules, and who brought the blocks. */
export function badBlockMethods(context: MethodContext): readonly Method[] {
  return [
    method({
      name: 'debug_getBadBlocks',
      summary: 'The last invalid blocks that came, whole: first those with real work, each kind from the newest on',
      cost: 100,
      params: [],
      result: SCHEMAS.badBlocks,
      run: async (_, call) => new PreparedJson(await writeBadBlocks(context, call)),
    }),
  ]
}

type Kept = Awaited<ReturnType<MethodContext['chain']['queries']['badBlocks']>>[number]

async function writeBadBlocks(context: MethodContext, call: Call): Promise<string> {
  const { codecs, chain } = context
  const found: { readonly kept: Kept; readonly block: Block }[] = []
  for (const kept of await chain.queries.badBlocks()) {
    const block = await undefinedIfBroken(async () => codecs.block.decode(kept.block))
    // Else it was kept by a program with other codecs.
    if (block !== undefined) found.push({ kept, block })
  }
  const write = async ({ kept, block }: (typeof found)[number]): Promise<string> =>
    JSON.stringify(await showBadBlock(context, kept, block))
  return writeList(found, write, call)
}

async function undefinedIfBroken<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof RuleError) return undefined
    throw error
  }
}

async function showBadBlock(context: MethodContext, { hash, block: bytes }: Kept, block: Block): Promise<BadBlockJson> {
  // Only hashes are shown if nobody can have signed one of the transactions.
  const senders = await undefinedIfBroken<readonly Address[]>(() => context.view.senders(block.body.transactions))
  const found = { header: block.header, hash, block, senders: senders ?? [] }
  return { block: showBlock(context, found, senders !== undefined), hash: bytesToHex(hash), rlp: longHex(bytes) }
}
