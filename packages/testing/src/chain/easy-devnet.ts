import { devnet, type NetworkParams } from '@poai/core'

/** The devnet with work that is sixteen times easier, so that a loaded machine finds blocks within seconds. */
export const easyDevnet: NetworkParams = {
  ...devnet,
  name: 'easy-devnet',
  difficulty: { ...devnet.difficulty, initialTarget: 1n << 252n, easiestTarget: 1n << 252n, spacingSeconds: 1 },
}
