import { withFolderLock } from '../lock/folder-lock.ts'
import { ModelError } from './model-error.ts'
import type { ModelStore } from './model-store.ts'

/** How to wait for another process. */
export interface ModelLockOptions {
  readonly signal?: AbortSignal | undefined
  /** How long to wait until `MODEL_BUSY`; 0 asks once. */
  readonly waitMs: number
  /** Called when another process turns out to hold the lock. */
  readonly onWait?: (() => void) | undefined
}

/** Runs `work` while no other process, and no other call in this one, works on the model `name` of the store. */
export async function withModelLock<Result>(
  { directory }: ModelStore,
  name: string,
  options: ModelLockOptions & { readonly work: () => Promise<Result> },
): Promise<Result> {
  return await withFolderLock(directory, name, {
    ...options,
    errors: {
      unwritable: (cause) => {
        const hint = 'choose a model directory that you may write to, on a disk with room'
        return new ModelError('MODEL_STORE_FAILED', `cannot write to the model directory ${directory}`, { cause, hint })
      },
      busy: (path) => {
        const hint = `wait for it; if there is none, delete ${path}`
        return new ModelError('MODEL_BUSY', `another process works on the model ${name}`, { hint })
      },
    },
  })
}
