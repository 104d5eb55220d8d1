import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@poai/core'
import { buildPortable, canBuildPortable, findPortableLibrary, llamaForTest, testBuild } from '@poai/inference'
import type { Installation } from '@poai/node'
import { formatSeconds } from './terminal/format-quantity.ts'

/** Everything else on the machine goes first. */
const BUILD_NICENESS = 19

const cacheOf = ({ cache }: Installation): string => join(cache, 'engine')

/** Whether llama.cpp can judge here: its library is built, or can be. */
export async function canUseLlama(installation: Installation): Promise<boolean> {
  const cacheDirectory = cacheOf(installation)
  const library = await findPortableLibrary(cacheDirectory).catch(() => undefined)
  return library !== undefined || (await canBuildPortable(cacheDirectory))
}

export interface BuildLlamaBesideOptions {
  /** The node that waits for it, by its name. */
  readonly judge: string
  readonly signal: AbortSignal
  readonly tell: (event: string) => void
}

/**
 * Builds the library of llama.cpp unless it is there, so that the node that waits for it goes over to it. A testnet
 * goes on without: it never rejects, and ends early when `signal` says so.
 */
export async function buildLlamaBeside(
  installation: Installation,
  { judge, signal, tell }: BuildLlamaBesideOptions,
): Promise<void> {
  const cacheDirectory = cacheOf(installation)
  const startMs = performance.now()
  try {
    if ((await findPortableLibrary(cacheDirectory)) !== undefined) return
    tell(`llama.cpp is being built beside the network: ${judge} will judge by it`)
    await buildPortable(
      {
        ...{ cacheDirectory, signal, niceness: BUILD_NICENESS },
        jobs: Math.max(1, availableParallelism() - 1),
      },
      { selfTest: async (draft) => void (await testBuild(installation, llamaForTest(draft), signal)) },
    )
    const seconds = formatSeconds((performance.now() - startMs) / 1000)
    tell(`llama.cpp is built and tested after ${seconds}: ${judge} goes over to it`)
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof AppError)) throw error
    tell(`llama.cpp cannot be built: ${error.message}`)
  }
}
