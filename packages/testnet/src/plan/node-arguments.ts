import type { PlannedNode } from './testnet-plan.ts'

/** Settings that all nodes of a testnet share. */
export interface CommonNodeSettings {
  /** A built-in network, or a file of parameters. */
  readonly network: string
  /** Where models and caches are. */
  readonly home: string
  readonly host: string
  /** How many nodes there are: a single one has no other to wait for. */
  readonly nodes: number
  /** Origins of web pages that may call the JSON-RPC of the network; none by default. */
  readonly corsOrigins?: string
}

/** More than a testnet has nodes. */
const MAX_PEERS_OF_ADDRESS = 256

const FINALITY_PEERS = 3
const FINALITY_SECONDS = '20'

/** The command line of `poai` that runs one node of a testnet. */
export function nodeArguments(
  plan: PlannedNode,
  { network, home, host, nodes, corsOrigins }: CommonNodeSettings,
): readonly string[] {
  const { dataDirectory, peerPort, httpPort, mining, workers, engine } = plan
  return [
    'node',
    ...['--home', home, '--data-dir', dataDirectory, '--network', network],
    ...['--p2p-host', host, '--p2p-port', String(peerPort), '--no-mdns'],
    ...['--workers', String(workers), '--log-format', 'human', '--log-file', 'none'],
    // All nodes have the same address.
    ...['--max-peers-per-address', String(MAX_PEERS_OF_ADDRESS), '--shared-addresses'],
    // Blocks become final as on a public network, but with as few peers as there are, and soon enough to watch.
    ...['--finality-peers', String(Math.min(FINALITY_PEERS, nodes - 1)), '--finality-seconds', FINALITY_SECONDS],
    ...(engine === 'auto' ? [] : ['--engine', engine]),
    ...(httpPort === undefined ? [] : ['--http-host', host, '--http-port', String(httpPort)]),
    ...(httpPort === undefined || corsOrigins === undefined ? [] : ['--http-cors', corsOrigins]),
    ...(mining === undefined ? [] : ['--mine', '--beneficiary', mining.beneficiary]),
    ...(mining === undefined || nodes > 1 ? [] : ['--mine-alone']),
  ]
}
