import { devnet, type NetworkParams } from '@poai/core'

const { inference: _, ...rest } = devnet

/** The devnet, whose contracts call no models: bodies have transactions alone. */
export const calllessDevnet: NetworkParams = rest
