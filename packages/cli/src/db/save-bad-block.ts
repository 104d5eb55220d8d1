import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Block, type BlockCodecs, bytesToHex, genesisHash, type NetworkParams, RuleError } from '@poai/core'
import { type KeptBadBlock, writeChainFile } from '@poai/storage'

/** The block that was kept; undefined if another version of this program kept it, and this one cannot read it. */
export function decodeBadBlock({ block }: KeptBadBlock, codecs: BlockCodecs): Block | undefined {
  try {
    return codecs.block.decode(block)
  } catch (error) {
    if (error instanceof RuleError) return undefined
    throw error
  }
}

/** Writes a bad block to a file that `poai db import` takes, or its bytes if it cannot be read. Returns the path. */
export async function saveBadBlock(
  bad: KeptBadBlock,
  { folder, params, codecs }: { readonly folder: string; readonly params: NetworkParams; readonly codecs: BlockCodecs },
): Promise<string> {
  const name = bytesToHex(bad.hash).slice(2, 18)
  const block = decodeBadBlock(bad, codecs)
  if (block === undefined) {
    const path = join(folder, `${name}.rlp`)
    await writeFile(path, bad.block)
    return path
  }
  const { number } = block.header
  const path = join(folder, `${number}-${name}.poai`)
  const label = { network: params.name, genesisHash: genesisHash(params), first: number, last: number }
  await writeChainFile(path, {
    ...{ label, codecs },
    blocks: async function* () {
      yield block
    },
  })
  return path
}
