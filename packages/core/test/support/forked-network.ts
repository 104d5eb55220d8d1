import { devnet, type Fork, type NetworkParams } from '../../src/index.ts'

/** Forks that between them change every section of the rules. */
export const FORKS: readonly Fork[] = [
  {
    name: 'first',
    number: 10n,
    changes: { difficulty: { spacingSeconds: 8 }, gas: { minLimit: 6_000n }, limits: { extraDataBytes: 33 } },
  },
  {
    name: 'second',
    number: 20n,
    changes: {
      hardfork: 'cancun',
      work: { exam: { probes: 5 }, epochBlocks: 20n },
      difficulty: { initialTarget: devnet.difficulty.initialTarget / 2n },
      time: { medianSpan: 12 },
      rewards: { initialWei: 7n },
    },
  },
]

/** The devnet, which forks twice. */
export const forked: NetworkParams = { ...devnet, forks: FORKS }
