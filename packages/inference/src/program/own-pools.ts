import { checkModel } from '../engine/check-model.ts'
import { DEFAULT_CONTEXT_SIZE, DEFAULT_POOL_OPTIONS } from '../engine/engine-options.ts'
import { EnginePool, type PoolDependencies } from '../engine/engine-pool.ts'
import type { SessionOptions } from '../engine/session-options.ts'
import { systemTimers } from '../engine/timers.ts'
import { WASM_MODULE_FILE } from '../wasm/module-file.ts'
import type { OwnPoolDependencies, OwnPoolOptions } from './portable-options.ts'
import { spawnProgram } from './spawn-program.ts'
import { startThread } from './start-thread.ts'

/** A pool of threads that run the WebAssembly module. */
export function createWasmPool(options: OwnPoolOptions, dependencies: OwnPoolDependencies): EnginePool {
  const { niceness = 0 } = options
  return createPool(options, dependencies, {
    program: 'wasm',
    launch: (listener) => startThread({ moduleFile: WASM_MODULE_FILE, niceness }, listener),
    prepareSession: () => prepareSession(options),
  })
}

/** A pool of processes of the native program. `findProgram` is asked for the executable, once, at the start. */
export function createNativePool(
  options: OwnPoolOptions,
  dependencies: OwnPoolDependencies,
  findProgram: () => Promise<string>,
): EnginePool {
  const { niceness = 0, variant } = options
  let file = ''
  return createPool(options, dependencies, {
    program: 'native',
    launch: (listener) => spawnProgram({ file, variant, niceness }, listener),
    prepareSession: async () => {
      const session = await prepareSession(options)
      file = await findProgram()
      return session
    },
  })
}

function createPool(
  options: OwnPoolOptions,
  { admit, onEvent }: OwnPoolDependencies,
  workers: Pick<PoolDependencies, 'program' | 'launch' | 'prepareSession'>,
): EnginePool {
  return new EnginePool(
    { ...DEFAULT_POOL_OPTIONS, ...options },
    {
      ...workers,
      canSearch: true,
      timers: systemTimers,
      ...(admit === undefined ? {} : { admit }),
      ...(onEvent === undefined ? {} : { onEvent }),
    },
  )
}

async function prepareSession({
  modelPath,
  contextSize = DEFAULT_CONTEXT_SIZE,
}: OwnPoolOptions): Promise<SessionOptions> {
  await checkModel(modelPath)
  return { modelPath, contextSize }
}
