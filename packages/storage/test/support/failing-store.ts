import type { Store } from '../../src/index.ts'

/** A store over another whose writes fail with `error` as long as it is set. */
export function createFailingStore(inner: Store): Store & { failWith(error: Error | undefined): void } {
  let failure: Error | undefined
  return {
    ...inner,
    write: async (changes, options) => {
      if (failure !== undefined) throw failure
      await inner.write(changes, options)
    },
    failWith: (error) => {
      failure = error
    },
  }
}
