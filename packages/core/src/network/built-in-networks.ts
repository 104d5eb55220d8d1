import devnetJson from './built-in/devnet.json' with { type: 'json' }
import testnetJson from './built-in/testnet.json' with { type: 'json' }
import type { NetworkParams } from './network-params.ts'
import { parseNetworkParams } from './network-params-field.ts'

/**
 * For one machine or one desk: blocks about every five seconds on two cores, funded accounts whose keys everybody
 * knows.
 */
export const devnet: NetworkParams = parseNetworkParams(devnetJson)

/** The public test network: nobody has coins before mining. */
export const testnet: NetworkParams = parseNetworkParams(testnetJson)

/** The networks that a node knows by name. */
export const BUILT_IN_NETWORKS: Readonly<Record<string, NetworkParams>> = { devnet, testnet }
