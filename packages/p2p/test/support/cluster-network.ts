import type { MempoolLimits } from '@poai/chain'
import { bytesToHex, type NetworkParams } from '@poai/core'
import { testNetwork, testWallet, type Wallet } from '@poai/testing/chain'

/** Enough senders that the pool's share of one account is no limit. */
const SENDERS = 128

/** Those who send in measurements. */
export const SENDING_WALLETS: readonly Wallet[] = Array.from({ length: SENDERS }, (_, index) =>
  testWallet(`sender ${index}`),
)

/**
 * The network of measurements: the test network's easy work, blocks as large as a built-in network's, and many rich
 * accounts.
 */
export function clusterNetwork(): NetworkParams {
  const rich = SENDING_WALLETS.map(({ address }) => ({
    ...{ address, balance: 10n ** 24n, nonce: 0n, code: new Uint8Array(0) },
    storage: [],
  }))
  return {
    ...testNetwork,
    name: 'cluster',
    limits: { extraDataBytes: 32, bodyBytes: 1_900_000 },
    // Measurements make blocks faster than one a second, which is the least step of a timestamp.
    time: { ...testNetwork.time, maxFutureSeconds: 3600 },
    genesis: {
      ...testNetwork.genesis,
      accounts: [...testNetwork.genesis.accounts, ...rich].sort((a, b) =>
        bytesToHex(a.address) < bytesToHex(b.address) ? -1 : 1,
      ),
    },
  }
}

/** Pools that hold all that a measurement sends: it is about what gets round, not about what is thrown out. */
export const CLUSTER_POOL: Partial<MempoolLimits> = {
  maxTransactions: 100_000,
  maxBytes: 256 * 1024 * 1024,
  maxPerAccount: 1024,
}
