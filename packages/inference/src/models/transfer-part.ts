import { dirname } from 'node:path'
import { GGUF_MAGIC } from '../gguf/gguf-format.ts'
import type { Fetch, RangeResponse } from './http-source.ts'
import { hostOf, requestRange, SourceError } from './http-source.ts'
import { ModelError } from './model-error.ts'
import type { PartFile } from './part-file.ts'

/** Largest file that is fetched if neither the manifest nor the source names a size: 1 TiB, more than any model. */
const MAX_MODEL_BYTES = 2 ** 40

/** Space that a download leaves on the disk: a full disk stops more than this program. */
const RESERVED_DISK_BYTES = 64 * 1024 * 1024

/** The file that is wanted from one source. */
export interface TransferOptions {
  readonly url: string
  readonly sha256: string | null
  readonly sizeBytes: number | null
  /** A source that sends nothing for this long is given up. */
  readonly stallMs: number
  readonly signal?: AbortSignal | undefined
  /** Called after each piece, with the size of the whole file if it is known. */
  readonly onBytes?: ((totalBytes: number | undefined) => void) | undefined
}

/** What a transfer needs from its surroundings. */
export interface TransferDependencies {
  readonly fetch: Fetch
  /** Bytes that may still be written to the file system of a directory. */
  readonly freeBytes: (directory: string) => Promise<number>
}

/**
 * Makes one request and appends what comes to the part; returns when the part has the whole file. Throws a {@link
 * SourceError} if the source fails, and a {@link ModelError} if it has another file or the disk refuses. The part
 * keeps what arrived before the failure.
 */
export async function transferPart(
  part: PartFile,
  options: TransferOptions,
  dependencies: TransferDependencies,
): Promise<void> {
  const { url, sha256, sizeBytes, stallMs, signal } = options
  if (sizeBytes !== null && part.sizeBytes > sizeBytes) await part.reset()
  if (sizeBytes !== null && part.sizeBytes === sizeBytes) return
  const validator = part.state?.url === url ? part.state.validator : undefined
  // Bytes of a pinned file may come from several sources: the hash decides. Without a hash only the validator of the
  // one source holds them together.
  if (sha256 === null && validator === undefined) await part.reset()

  const stall = new AbortController()
  const timer = setTimeout(() => stall.abort(), stallMs)
  const either = signal === undefined ? stall.signal : AbortSignal.any([signal, stall.signal])
  try {
    const request = { url, offset: part.sizeBytes, signal: either, ...(validator === undefined ? {} : { validator }) }
    await receive(part, await requestRange(dependencies.fetch, request), options, {
      dependencies,
      onPiece: () => timer.refresh(),
    })
  } catch (cause) {
    if (cause instanceof ModelError) throw cause
    signal?.throwIfAborted()
    const reason = stall.signal.aborted ? `sends nothing for ${stallMs} ms` : 'cut the connection or cannot be reached'
    throw new SourceError(`${hostOf(url)} ${reason}`, { isTransient: true, cause })
  } finally {
    clearTimeout(timer)
  }
}

async function receive(
  part: PartFile,
  response: RangeResponse,
  options: TransferOptions,
  { dependencies, onPiece }: { readonly dependencies: TransferDependencies; readonly onPiece: () => void },
): Promise<void> {
  const { url, sha256, sizeBytes } = options
  if (response.kind === 'past-end') {
    if (sizeBytes === null && response.totalBytes === part.sizeBytes) return
    await part.reset()
    throw new SourceError(`${hostOf(url)} has a shorter file than the part that is here`, { isTransient: true })
  }
  const totalBytes = sizeBytes ?? response.totalBytes
  let isAccepted = false
  for await (const piece of response.body) {
    onPiece()
    if (!isAccepted) {
      // The bytes here are given up only for something that looks right: a portal's login page must not cost a long
      // download.
      if (response.offset === 0) checkMagic(url, piece)
      checkSize(url, sizeBytes, response.totalBytes)
      if (response.offset === 0) await part.reset()
      await checkDisk(part, totalBytes, dependencies)
      await part.setState({
        url,
        sha256,
        ...(response.validator === undefined ? {} : { validator: response.validator }),
      })
      isAccepted = true
    }
    await checkRoom(part, url, { pieceBytes: piece.length, limitBytes: totalBytes ?? MAX_MODEL_BYTES })
    await append(part, piece)
    options.onBytes?.(totalBytes)
  }
  checkSize(url, sizeBytes, response.totalBytes)
  if (totalBytes !== undefined && part.sizeBytes < totalBytes) {
    throw new SourceError(`${hostOf(url)} ended after ${part.sizeBytes} of ${totalBytes} bytes`, { isTransient: true })
  }
}

/**
 * An error page with status 200 shows in its first bytes: before it is stored, and before its size is checked.
 */
function checkMagic(url: string, piece: Uint8Array): void {
  if (piece.length < 4 || Buffer.from(piece.buffer, piece.byteOffset, 4).readUInt32LE() === GGUF_MAGIC) return
  throw new ModelError('MODEL_NOT_GGUF', `${hostOf(url)} sends something else than a model`, {
    expected: 'GGUF',
    actual: JSON.stringify(Buffer.from(piece.subarray(0, 16)).toString('latin1')),
    hint: 'a web page? Open the address in a browser: it may want a login, or the file has moved',
  })
}

function checkSize(url: string, wanted: number | null, offered: number | undefined): void {
  if (wanted === null || offered === undefined || wanted === offered) return
  throw new ModelError('MODEL_SIZE_MISMATCH', `${hostOf(url)} has a file of another size`, {
    expected: `${wanted} bytes`,
    actual: `${offered} bytes`,
  })
}

/** A source that continues past the end of the file would fill the disk. */
async function checkRoom(
  part: PartFile,
  url: string,
  { pieceBytes, limitBytes }: { readonly pieceBytes: number; readonly limitBytes: number },
): Promise<void> {
  if (part.sizeBytes + pieceBytes <= limitBytes) return
  await part.reset()
  throw new ModelError('MODEL_SIZE_MISMATCH', `${hostOf(url)} sends more than the file has`, {
    expected: `${limitBytes} bytes`,
  })
}

async function checkDisk(
  part: PartFile,
  totalBytes: number | undefined,
  { freeBytes }: TransferDependencies,
): Promise<void> {
  const needed = (totalBytes ?? 0) - part.sizeBytes + RESERVED_DISK_BYTES
  const free = await freeBytes(dirname(part.path))
  if (free >= needed) return
  throw new ModelError('MODEL_DISK_FULL', 'the disk has too little room for the model', {
    expected: `${needed} bytes`,
    actual: `${free} bytes free in ${dirname(part.path)}`,
    hint: 'make room or choose another model directory; what was fetched so far is kept',
  })
}

async function append(part: PartFile, piece: Uint8Array): Promise<void> {
  try {
    await part.append(piece)
  } catch (cause) {
    const isFull = cause instanceof Error && 'code' in cause && (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')
    const code = isFull ? 'MODEL_DISK_FULL' : 'MODEL_STORE_FAILED'
    throw new ModelError(code, `cannot write ${part.path}`, {
      cause,
      hint: 'make room; what was fetched so far is kept',
    })
  }
}
