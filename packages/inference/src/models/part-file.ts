import type { Hash } from 'node:crypto'
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { open, readFile, rm, truncate } from 'node:fs/promises'
import { updateFromFile } from './hash-file.ts'
import { replaceFile } from './model-store.ts'

/**
 * Which file a part is of. Written before the first byte of the part, so that a part without it, or of another file,
 * starts again.
 */
export interface PartState {
  /** Source of the bytes, and how it told this file from a later one. */
  readonly url: string
  readonly validator?: string
  /** The wanted file; null if that is only known once it is here. */
  readonly sha256: string | null
}

/** A download under way: the bytes received so far and their hash, and how to add more. */
export class PartFile {
  readonly path: string
  #state: PartState | undefined
  #hash: Hash = createHash('sha256')
  #sizeBytes = 0
  #file: FileHandle | undefined

  private constructor(path: string, state: PartState | undefined) {
    this.path = path
    this.#state = state
  }

  /**
   * The part at `path`, or an empty one. Bytes of another file than `sha256` are dropped; so are bytes of an unpinned
   * file that came without a validator, as nothing would show that the rest is of the same file.
   */
  static async open(path: string, sha256: string | null, signal?: AbortSignal | undefined): Promise<PartFile> {
    const state = await readState(path)
    const isUsable =
      state !== undefined && state.sha256 === sha256 && (sha256 !== null || state.validator !== undefined)
    const part = new PartFile(path, isUsable ? state : undefined)
    if (!isUsable) await truncate(path).catch(ignoreMissing)
    else part.#sizeBytes = await updateFromFile(part.#hash, path, { signal }).catch(noBytesIfMissing)
    return part
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get state(): PartState | undefined {
    return this.#state
  }

  /** SHA-256 of the bytes so far, in lower-case hex. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** Drops all bytes: the file starts again, from a source that is not named yet. */
  async reset(): Promise<void> {
    await this.close()
    this.#state = undefined
    await truncate(this.path).catch(ignoreMissing)
    this.#hash = createHash('sha256')
    this.#sizeBytes = 0
  }

  /** Names the source of the bytes that follow, on disk before any of them. */
  async setState(state: PartState): Promise<void> {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return
    await replaceFile(statePath(this.path), JSON.stringify(state))
    this.#state = state
  }

  /** Appends bytes. */
  async append(bytes: Uint8Array): Promise<void> {
    this.#file ??= await open(this.path, 'a')
    await this.#file.writeFile(bytes)
    this.#hash.update(bytes)
    this.#sizeBytes += bytes.length
  }

  /** Syncs all bytes to disk. */
  async sync(): Promise<void> {
    this.#file ??= await open(this.path, 'a')
    await this.#file.sync()
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  /** Removes the state that goes with the part, once the part itself has been renamed; or both. */
  async remove(): Promise<void> {
    await this.close()
    await rm(this.path, { force: true })
    await rm(statePath(this.path), { force: true })
  }
}

function statePath(path: string): string {
  return `${path}.json`
}

async function readState(path: string): Promise<PartState | undefined> {
  try {
    const { url, validator, sha256 }: Partial<Record<keyof PartState, unknown>> = JSON.parse(
      await readFile(statePath(path), 'utf8'),
    )
    if (typeof url !== 'string' || (sha256 !== null && typeof sha256 !== 'string')) return undefined
    return { url, sha256, ...(typeof validator === 'string' ? { validator } : {}) }
  } catch {
    return undefined
  }
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error
}

function noBytesIfMissing(error: unknown): number {
  if (!isMissing(error)) throw error
  return 0
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
