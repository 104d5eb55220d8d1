import { readFile, rm, writeFile } from 'node:fs/promises'
import { bytesToHex, type Hash32 } from '@poai/core'
import type { BlockStore } from '@poai/storage'

/** How far the verification of a range has come, kept in a file beside the database so that it can be continued. */
export interface RangeProgress {
  /** The block to continue with. */
  load(): Promise<bigint>
  save(lastGood: bigint): Promise<void>
  clear(): Promise<void>
}

interface Saved {
  readonly from: string
  readonly to: string
  readonly lastGood: string
  readonly hash: string
}

/** The progress of one range; another range, or another chain, starts from its first block. */
export function openRangeProgress(
  path: string,
  { from, to }: { readonly from: bigint; readonly to: bigint },
  blocks: Pick<BlockStore, 'canonicalHash'>,
): RangeProgress {
  return {
    load: async () => {
      const saved = await readSaved(path)
      if (saved === undefined || saved.from !== String(from) || saved.to !== String(to)) return from
      const lastGood = BigInt(saved.lastGood)
      return saved.hash === hexOf(blocks.canonicalHash(lastGood)) ? lastGood + 1n : from
    },
    save: async (lastGood) => {
      const hash = hexOf(blocks.canonicalHash(lastGood))
      const saved: Saved = { from: String(from), to: String(to), lastGood: String(lastGood), hash }
      await writeFile(path, `${JSON.stringify(saved)}\n`)
    },
    clear: () => rm(path, { force: true }),
  }
}

function hexOf(hash: Hash32 | undefined): string {
  return hash === undefined ? '' : bytesToHex(hash)
}

async function readSaved(path: string): Promise<Saved | undefined> {
  try {
    const saved: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (typeof saved !== 'object' || saved === null) return undefined
    const { from, to, lastGood, hash } = saved as Record<string, unknown>
    const isWhole = [from, to, lastGood].every((value) => typeof value === 'string' && /^[0-9]{1,20}$/.test(value))
    return isWhole && typeof hash === 'string' ? (saved as Saved) : undefined
  } catch {
    // There is none, or a kill tore it: start from the first block.
    return undefined
  }
}
