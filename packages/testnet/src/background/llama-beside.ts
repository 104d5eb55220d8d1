import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@poai/core'
import { buildPortable, canBuildPortable, findPortableLibrary, llamaForTest, testBuild } from '@poai/inference'
import type { Installation } from '@poai/node'
import { formatSeconds } from '../terminal/format-quantity.ts'

/** The build yields to everything else on the machine. */
const BUILD_NICENESS = 19

const cacheOf = ({ cache }: Installation): string => join(cache, 'engine')

/** Whether llama.cpp can run here: its library is built, or can be. */
export async function canUseLlama(installation: Installation): Promise<boolean> {
  const cacheDirectory = cacheOf(installation)
  const library = await findPortableLibrary(cacheDirectory).catch(() => undefined)
  return library !== undefined || (await canBuildPortable(cacheDirectory))
}

export interface BuildLlamaBesideOptions {
  /** The name of the node that waits for it. */
  readonly judge: string
  readonly signal: AbortSignal
  readonly tell: (event: string) => void
}

/**
 * Builds the library of llama.cpp unless it is there, so that the node that waits for it switches to it. Never rejects,
 * since a testnet does without; ends early when `signal` is aborted.
 */
export async function buildLlamaBeside(
  installation: Installation,
  { judge, signal, tell }: BuildLlamaBesideOptions,
): Promise<void> {
  const cacheDirectory = cacheOf(installation)
  const startMs = performance.now()
  try {
    if ((await findPortableLibrary(cacheDirectory)) !== undefined) return
    tell(`building llama.cpp in the background: ${judge} will switch to it`)
    await buildPortable(
      {
        ...{ cacheDirectory, signal, niceness: BUILD_NICENESS },
        jobs: Math.max(1, availableParallelism() - 1),
      },
      { selfTest: async (draft) => void (await testBuild(installation, llamaForTest(draft), signal)) },
    )
    const seconds = formatSeconds((performance.now() - startMs) / 1000)
    tell(`llama.cpp is built and tested (${seconds}): ${judge} switches to it`)
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof AppError)) throw error
    tell(`llama.cpp cannot be built: ${error.message}`)
  }
}
