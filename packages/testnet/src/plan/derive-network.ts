import type { NetworkParams } from '@poai/core'

/** How a local network differs from the one that it is made from. */
export interface NetworkChanges {
  readonly spacingSeconds?: number
}

/**
 * A network with another time between blocks. Whatever depends on the spacing changes with it, the first target too:
 * the first block still takes about one spacing.
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
    // Timestamps further ahead than one spacing would reward miners who time their blocks.
    time: { ...time, maxFutureSeconds: Math.min(time.maxFutureSeconds, spacingSeconds) },
  }
}
