import type { StoreChange, StoreRange } from '@poai/core'
import type { ClassicLevel } from 'classic-level'
import type { Store } from '../store/store.ts'
import { storageFailure } from './level-failure.ts'

/** Entries fetched from native code at once: one crossing for many small records. */
const ENTRIES_PER_FETCH = 1000
/** And their bytes at most, so that a scan over bodies does not hold a thousand of them. */
const FETCH_BYTES: number = 1024 * 1024

type Level = ClassicLevel<Uint8Array, Uint8Array>

/** An open LevelDB as a {@link Store}. Its failures become `StorageError`s. */
export function createLevelStore(level: Level): Store {
  const failing = async <T>(action: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      throw storageFailure(action, cause)
    }
  }
  return {
    getSync: (key) => {
      try {
        return plain(level.getSync(key))
      } catch (cause) {
        throw storageFailure('read from the database', cause)
      }
    },
    get: (key) => failing('read from the database', async () => plain(await level.get(key))),
    getMany: (keys) => failing('read from the database', async () => (await level.getMany([...keys])).map(plain)),
    entries: (range) => entriesOf(level, range),
    write: (changes, { sync }) =>
      failing('write to the database', () => level.batch(changes.map(operationOf), { sync })),
    snapshot: () => {
      const snapshot = level.snapshot()
      return {
        getSync: (key) => {
          try {
            return plain(level.getSync(key, { snapshot }))
          } catch (cause) {
            throw storageFailure('read from a snapshot', cause)
          }
        },
        close: () => snapshot.close(),
      }
    },
    approximateSize: (gte, lt) => failing('measure the database', () => level.approximateSize(gte, lt)),
    compact: (gte, lt) => failing('compact the database', () => level.compactRange(gte, lt)),
    close: () => failing('close the database', () => level.close()),
  }
}

/**
 * The binding gives Buffers, whose `slice` shares memory where a Uint8Array's copies, and which no test finds equal to
 * one.
 */
function plain<Bytes extends Uint8Array | undefined>(bytes: Bytes): Bytes | Uint8Array {
  return bytes === undefined ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function operationOf({ key, value }: StoreChange) {
  return value === undefined ? ({ type: 'del', key } as const) : ({ type: 'put', key, value } as const)
}

async function* entriesOf(level: Level, range: StoreRange): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
  const { gte, lt, reverse = false, limit = -1 } = range
  try {
    const iterator = level.iterator({ gte, lt, reverse, limit, highWaterMarkBytes: FETCH_BYTES })
    try {
      for (;;) {
        const entries = await iterator.nextv(ENTRIES_PER_FETCH)
        if (entries.length === 0) return
        for (const [key, value] of entries) yield [plain(key), plain(value)] as const
      }
    } finally {
      await iterator.close()
    }
  } catch (cause) {
    throw storageFailure('read from the database', cause)
  }
}
