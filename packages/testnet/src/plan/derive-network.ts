import type { NetworkParams } from '@poai/core'

/** What a local network may have otherwise than the built-in one that it comes from. */
export interface NetworkChanges {
  readonly spacingSeconds?: number
}

/**
 * A network with another pace. What depends on the spacing goes with it, the first target too, so that the first block
 * takes the machine about one spacing as before.
 */
export function deriveNetwork(params: NetworkParams, { spacingSeconds }: NetworkChanges): NetworkParams {
  const { difficulty, time } = params
  if (spacingSeconds === undefined || spacingSeconds === difficulty.spacingSeconds) return params
  const scaled = (difficulty.initialTarget * BigInt(difficulty.spacingSeconds)) / BigInt(spacingSeconds)
  return {
    ...params,
    name: `${params.name}-${spacingSeconds}s`,
    difficulty: {
      ...difficulty,
      initialTarget: scaled < difficulty.easiestTarget ? scaled : difficulty.easiestTarget,
      spacingSeconds,
      halfLifeSeconds: Math.max(
        1,
        Math.round((difficulty.halfLifeSeconds * spacingSeconds) / difficulty.spacingSeconds),
      ),
    },
    // A stamp further ahead than a spacing would pay those who mine selectively.
    time: { ...time, maxFutureSeconds: Math.min(time.maxFutureSeconds, spacingSeconds) },
  }
}
