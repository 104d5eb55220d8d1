import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** How to read a file that may be large. */
export interface HashFileOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with the number of bytes read so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined
}

/** Bytes read at a time: larger pieces hash no faster. */
const PIECE_BYTES = 1024 * 1024

/** SHA-256 of the file at `path` in lower-case hex. */
export async function hashFile(path: string, options: HashFileOptions = {}): Promise<string> {
  const hash = createHash('sha256')
  await updateFromFile(hash, path, options)
  return hash.digest('hex')
}

/** Feeds the file at `path` to `hash`, and says how many bytes that were. */
export async function updateFromFile(
  hash: Hash,
  path: string,
  { signal, onProgress }: HashFileOptions = {},
): Promise<number> {
  let bytes = 0
  const stream = createReadStream(path, { highWaterMark: PIECE_BYTES, signal })
  for await (const piece of stream as AsyncIterable<Buffer>) {
    hash.update(piece)
    bytes += piece.length
    onProgress?.(bytes)
  }
  return bytes
}
