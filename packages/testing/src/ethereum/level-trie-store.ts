import type { BatchDBOp, DB } from '@ethereumjs/util'
import { ClassicLevel } from 'classic-level'

/**
 * EthereumJS's store of trie nodes (hexadecimal text) and codes (bytes) in LevelDB, as its guide has it. Writes are not
 * synced.
 */
export class LevelTrieStore implements DB<string, string | Uint8Array> {
  readonly #level: ClassicLevel<string | Uint8Array, Uint8Array>

  constructor(directory: string) {
    this.#level = new ClassicLevel(directory, { keyEncoding: 'view', valueEncoding: 'view' })
  }

  get(key: string | Uint8Array): Promise<Uint8Array | undefined> {
    return this.#level.get(key, { keyEncoding: encodingOf(key) })
  }

  put(key: string | Uint8Array, value: string | Uint8Array): Promise<void> {
    return this.#level.put(key, bytesOf(value), { keyEncoding: encodingOf(key) })
  }

  del(key: string | Uint8Array): Promise<void> {
    return this.#level.del(key, { keyEncoding: encodingOf(key) })
  }

  batch(operations: BatchDBOp<string, string | Uint8Array>[]): Promise<void> {
    return this.#level.batch(
      operations.map((operation) => {
        const { key } = operation
        return operation.type === 'put'
          ? { type: 'put' as const, key, value: bytesOf(operation.value), keyEncoding: encodingOf(key) }
          : { type: 'del' as const, key, keyEncoding: encodingOf(key) }
      }),
    )
  }

  /** Of one store: there are no copies of what is on disk. */
  shallowCopy(): DB<string, string | Uint8Array> {
    return this
  }

  open(): Promise<void> {
    return this.#level.open()
  }

  close(): Promise<void> {
    return this.#level.close()
  }
}

function bytesOf(value: string | Uint8Array): Uint8Array {
  if (typeof value === 'string') throw new RangeError('the trie was not told to store bytes')
  return value
}

function encodingOf(key: string | Uint8Array): 'utf8' | 'view' {
  return typeof key === 'string' ? 'utf8' : 'view'
}
