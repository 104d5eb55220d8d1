import type { NetworkParams } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'

const ALL = (1n << 256n) - 1n

/** A network on which every attempt makes a block. */
export const openNetwork: NetworkParams = {
  ...testNetwork,
  difficulty: { ...testNetwork.difficulty, initialTarget: ALL, easiestTarget: ALL },
}

/** A network on which no test lives to see a block by luck. */
export const hardNetwork: NetworkParams = {
  ...testNetwork,
  difficulty: { ...testNetwork.difficulty, initialTarget: 1n << 160n, easiestTarget: 1n << 160n },
}
