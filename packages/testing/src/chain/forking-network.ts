import type { NetworkParams, RuleChanges } from '@poai/core'
import { testNetwork } from './test-network.ts'

/** The first block of the fork. */
export const FORK_NUMBER = 10n

/** Something of every section changes, so that a block of either side breaks many rules of the other. */
const CHANGES: RuleChanges = {
  work: { exam: { answerTokens: 8 }, epochBlocks: 5n },
  difficulty: { initialTarget: 3n << 252n, spacingSeconds: 8 },
  time: { medianSpan: 3, maxFutureSeconds: 30 },
  gas: { minLimit: 30_100_000n, baseFeeDivisor: 4n },
  rewards: { initialWei: testNetwork.rewards.initialWei / 2n },
  limits: { extraDataBytes: 40, bodyBytes: 2_000 },
}

/** The test network, which forks at block 10 or another. */
export function forkingNetwork(number: bigint = FORK_NUMBER): NetworkParams {
  return { ...testNetwork, name: 'forking', forks: [{ name: 'everything', number, changes: CHANGES }] }
}
