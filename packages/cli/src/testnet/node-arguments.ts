import type { PlannedNode } from './testnet-plan.ts'

/** What all nodes of a testnet have in common. */
export interface CommonNodeSettings {
  /** A built-in network, or a file of parameters. */
  readonly network: string
  /** Where models and caches are. */
  readonly home: string
  readonly host: string
  /** There is no other node to wait for. */
  readonly isAlone: boolean
}

/** More than nodes of a testnet. */
const MAX_PEERS_OF_ADDRESS = 256

/** The command line of `poai` that runs one node of a testnet. */
export function nodeArguments(
  plan: PlannedNode,
  { network, home, host, isAlone }: CommonNodeSettings,
): readonly string[] {
  const { dataDirectory, peerPort, httpPort, mining, workers, engine } = plan
  return [
    'node',
    ...['--home', home, '--data-dir', dataDirectory, '--network', network],
    ...['--p2p-host', host, '--p2p-port', String(peerPort), '--no-mdns'],
    ...['--workers', String(workers), '--log-format', 'human', '--log-file', 'none'],
    // All nodes are on one address.
    ...['--max-peers-per-address', String(MAX_PEERS_OF_ADDRESS), '--shared-addresses'],
    ...(engine === 'auto' ? [] : ['--engine', engine]),
    ...(httpPort === undefined ? [] : ['--http-host', host, '--http-port', String(httpPort)]),
    ...(mining === undefined ? [] : ['--mine', '--beneficiary', mining.beneficiary]),
    ...(mining === undefined || !isAlone ? [] : ['--mine-alone']),
  ]
}
