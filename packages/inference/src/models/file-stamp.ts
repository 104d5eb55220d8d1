import { stat } from 'node:fs/promises'

/**
 * What distinguishes one state of a file from another without reading it. The change time cannot be set back by a
 * program, unlike the modification time. Nanoseconds as decimal text, so that a record keeps them exactly.
 */
export interface FileStamp {
  readonly sizeBytes: number
  readonly inode: string
  readonly device: string
  readonly modifiedNs: string
  readonly changedNs: string
}

/**
 * A file changed less than this before its stamp was taken may change again within the same tick of the file system's
 * clock, with the same stamp: such a stamp proves nothing later. (FAT counts in 2 seconds, others in milliseconds.)
 */
const SETTLING_MS = 2_000

/** Stamp of the file at `path`, or undefined if there is none. Follows links. */
export async function stampFile(path: string): Promise<FileStamp | undefined> {
  try {
    const { size, ino, dev, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    return {
      sizeBytes: Number(size),
      inode: `${ino}`,
      device: `${dev}`,
      modifiedNs: `${mtimeNs}`,
      changedNs: `${ctimeNs}`,
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** True if both stamps are of the same file in the same state. */
export function equalStamps(a: FileStamp, b: FileStamp): boolean {
  return (
    a.sizeBytes === b.sizeBytes &&
    a.inode === b.inode &&
    a.device === b.device &&
    a.modifiedNs === b.modifiedNs &&
    a.changedNs === b.changedNs
  )
}

/** True if a file with this stamp cannot have changed unseen at `nowMs`. */
export function isSettled(stamp: FileStamp, nowMs: number): boolean {
  return Number(BigInt(stamp.changedNs) / 1_000_000n) + SETTLING_MS <= nowMs
}
