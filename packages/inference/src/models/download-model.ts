import { open, rename, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readGguf } from '../gguf/read-gguf.ts'
import type { Fetch } from './http-source.ts'
import { hostOf, SourceError } from './http-source.ts'
import { ModelError } from './model-error.ts'
import { PartFile } from './part-file.ts'
import type { TransferDependencies } from './transfer-part.ts'
import { transferPart } from './transfer-part.ts'

/** The progress of a download. */
export interface DownloadProgress {
  readonly bytes: number
  /** Size of the whole file, once it is known. */
  readonly totalBytes: number | undefined
  /** Mean over this download, without what an earlier one had fetched. */
  readonly bytesPerSecond: number
}

/** A file to fetch. */
export interface DownloadOptions {
  /** Where the file goes. The part is next to it as `.part`, so that the last step is a rename. */
  readonly path: string
  /** Tried in this order. */
  readonly sources: readonly string[]
  readonly sha256: string | null
  readonly sizeBytes: number | null
  readonly patience?: DownloadPatience | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
}

/** How patient a download is with a source. */
export interface DownloadPatience {
  /** A source that sends nothing for this long is given up: the request is made again. */
  readonly stallMs: number
  /** Requests in a row that bring no byte before the next source gets its turn. */
  readonly fruitlessAttempts: number
  /** Requests to one source in all, so that a source that disconnects after every few bytes is given up at last. */
  readonly attempts: number
  /** Pause before the second request in a row; doubled for each further one. */
  readonly retryMs: number
}

/** Patience with public servers: about a minute of outage. */
export const DOWNLOAD_PATIENCE: DownloadPatience = {
  stallMs: 30_000,
  fruitlessAttempts: 7,
  attempts: 1_000,
  retryMs: 500,
}

/** Time between two reports of progress: more than a person can read. */
const PROGRESS_INTERVAL_MS = 200

/** What a download needs from its surroundings. */
export interface DownloadDependencies extends TransferDependencies {
  readonly fetch: Fetch
  /** A clock that only goes forward. */
  readonly nowMs: () => number
}

/** The network and the disk of this machine. */
export const SYSTEM_DOWNLOAD_DEPENDENCIES: DownloadDependencies = {
  fetch: (url, init) => globalThis.fetch(url, init),
  freeBytes: async (directory) => {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  },
  nowMs: () => performance.now(),
}

/**
 * Fetches a model file to `path`: resumes what an earlier download left, hashes all of it, checks hash and structure,
 * then renames. A kill at any moment leaves either no file at `path` or the right one. Not for two callers at once: see
 * `withModelLock`.
 *
 * @returns SHA-256 in lower-case hex.
 */
export async function downloadModel(
  options: DownloadOptions,
  dependencies: DownloadDependencies = SYSTEM_DOWNLOAD_DEPENDENCIES,
): Promise<string> {
  const part = await PartFile.open(`${options.path}.part`, options.sha256, options.signal)
  try {
    const report = createReporter(part, options, dependencies)
    const failures: ModelError[] = []
    for (const url of options.sources) {
      try {
        await fetchChecked(part, url, { options, dependencies, report })
        return await settle(part, options.path)
      } catch (error) {
        if (!(error instanceof ModelError) || isFatal(error)) throw error
        failures.push(error)
      }
    }
    throw noSource(failures)
  } finally {
    await part.close()
  }
}

interface SourceContext {
  readonly options: DownloadOptions
  readonly dependencies: DownloadDependencies
  readonly report: (totalBytes: number | undefined) => void
}

/**
 * Leaves the whole, right file in the part. A wrong one may have had a wrong start: then the source is asked once more,
 * for all of it.
 */
async function fetchChecked(part: PartFile, url: string, context: SourceContext): Promise<void> {
  const resumed = part.sizeBytes > 0
  await fetchWhole(part, url, context)
  try {
    await checkPart(part, url, context.options)
  } catch (error) {
    await part.reset()
    if (!resumed || !(error instanceof ModelError)) throw error
    await fetchChecked(part, url, context)
  }
}

async function fetchWhole(
  part: PartFile,
  url: string,
  { options, dependencies, report }: SourceContext,
): Promise<void> {
  const { sha256, sizeBytes, signal, patience = DOWNLOAD_PATIENCE } = options
  const transfer = { url, sha256, sizeBytes, stallMs: patience.stallMs, signal, onBytes: report }
  let fruitless = 0
  for (let attempt = 1; ; attempt++) {
    const before = part.sizeBytes
    try {
      await transferPart(part, transfer, dependencies)
      return
    } catch (error) {
      if (!(error instanceof SourceError) || !error.isTransient) throw error
      fruitless = part.sizeBytes > before ? 0 : fruitless + 1
      if (fruitless >= patience.fruitlessAttempts || attempt >= patience.attempts) throw error
    }
    await sleep(patience.retryMs * 2 ** fruitless, undefined, { signal })
  }
}

async function checkPart(part: PartFile, url: string, { sha256 }: DownloadOptions): Promise<void> {
  await part.sync()
  const actual = part.digest()
  if (sha256 !== null && actual !== sha256) {
    const hint = 'the source has another file now; nothing was kept of it'
    throw new ModelError('MODEL_HASH_MISMATCH', `${hostOf(url)} has another file`, { expected: sha256, actual, hint })
  }
  await readGguf(part.path)
}

/** Gives the file its name, durably. */
async function settle(part: PartFile, path: string): Promise<string> {
  const sha256 = part.digest()
  await part.close()
  await rename(part.path, path)
  await syncDirectory(dirname(path))
  await part.remove()
  return sha256
}

async function syncDirectory(directory: string): Promise<void> {
  // Windows opens no directories, and needs no sync for a rename to last.
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** True if another source cannot help. */
function isFatal({ code }: ModelError): boolean {
  return code === 'MODEL_DISK_FULL' || code === 'MODEL_STORE_FAILED'
}

function noSource(failures: readonly ModelError[]): ModelError {
  const [first] = failures
  if (first !== undefined && failures.length === 1) return first
  const code = failures.every((failure) => failure.code === first?.code) ? first?.code : undefined
  return new ModelError(
    code ?? 'MODEL_DOWNLOAD_FAILED',
    `no source has the file: ${failures.map(({ message }) => message).join('; ')}`,
    {
      hint: 'try again later, or fetch the file by other means and import it',
      cause: new AggregateError(failures),
    },
  )
}

function createReporter(
  part: PartFile,
  { onProgress }: DownloadOptions,
  { nowMs }: DownloadDependencies,
): (totalBytes: number | undefined) => void {
  const startMs = nowMs()
  let lastMs = Number.NEGATIVE_INFINITY
  let fetched = 0
  let seen = part.sizeBytes
  return (totalBytes) => {
    // The part shrinks when it starts again.
    if (part.sizeBytes > seen) fetched += part.sizeBytes - seen
    seen = part.sizeBytes
    const now = nowMs()
    if (now - lastMs < PROGRESS_INTERVAL_MS && seen !== totalBytes) return
    lastMs = now
    const seconds = (now - startMs) / 1000
    onProgress?.({ bytes: seen, totalBytes, bytesPerSecond: seconds > 0 ? fetched / seconds : 0 })
  }
}
