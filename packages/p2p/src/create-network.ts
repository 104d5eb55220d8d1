import { NO_TRUST } from '@poai/core'
import { createInferenceBudget } from './budget/inference-budget.ts'
import { composeNetwork, type Network, type NetworkDependencies, type SyncContext, type SyncParts } from './network.ts'
import type { NetworkOptions } from './network-options.ts'
import { createRequestTransport } from './requests/request-transport.ts'
import { createChainRequests } from './sync/chain-requests.ts'
import { createReplayPolicy } from './sync/replay-policy.ts'
import { serveChain } from './sync/serve-chain.ts'
import { createSynchroniser } from './sync/synchroniser.ts'

/** The node's part in its network; `start` listens and dials. */
export function createNetwork(options: NetworkOptions, dependencies: NetworkDependencies): Network {
  return composeNetwork(options, dependencies, (context) => createSyncParts(options, context))
}

/** Synchronisation, what it asks and answers, and the budget. */
export function createSyncParts(options: NetworkOptions, context: SyncContext): SyncParts {
  const { host, peers, codecs, clock, logger } = context
  const sharedAddresses = options.limits?.sharedAddresses ?? false
  const transport = createRequestTransport({ sharedAddresses }, { streams: host.streams, peers, clock, logger })
  const requests = createChainRequests(options, { transport, peers, codecs })
  const budget = createInferenceBudget({ sharedAddresses }, { clock })
  return {
    budget,
    sync: createSynchroniser(
      { params: options.params, trust: options.trust ?? NO_TRUST, sharedAddresses },
      {
        ...context,
        ...{ requests, budget },
        policy: options.replayPolicy ?? createReplayPolicy({ kind: 'full' }),
        serve: () => serveChain({ ...context, transport }),
      },
    ),
  }
}
