import type { PlannedNode } from './testnet-plan.ts'

/** What all nodes of a testnet have in common. */
export interface CommonNodeSettings {
  /** A built-in network, or a file of parameters. */
  readonly network: string
  /** Where models and caches are. */
  readonly home: string
  readonly host: string
  /** All of them; one alone has no other to wait for. */
  readonly nodes: number
}

/** More than nodes of a testnet. */
const MAX_PEERS_OF_ADDRESS = 256

const FINALITY_PEERS = 3
const FINALITY_SECONDS = '20'

/** The command line of `poai` that runs one node of a testnet. */
export function nodeArguments(
  plan: PlannedNode,
  { network, home, host, nodes }: CommonNodeSettings,
): readonly string[] {
  const { dataDirectory, peerPort, httpPort, mining, workers, engine } = plan
  return [
    'node',
    ...['--home', home, '--data-dir', dataDirectory, '--network', network],
    ...['--p2p-host', host, '--p2p-port', String(peerPort), '--no-mdns'],
    ...['--workers', String(workers), '--log-format', 'human', '--log-file', 'none'],
    // All nodes are on one address.
    ...['--max-peers-per-address', String(MAX_PEERS_OF_ADDRESS), '--shared-addresses'],
    // Blocks become final as on a public network, as far as so few nodes can agree, and so soon that one sees it.
    ...['--finality-peers', String(Math.min(FINALITY_PEERS, nodes - 1)), '--finality-seconds', FINALITY_SECONDS],
    ...(engine === 'auto' ? [] : ['--engine', engine]),
    ...(httpPort === undefined ? [] : ['--http-host', host, '--http-port', String(httpPort)]),
    ...(mining === undefined ? [] : ['--mine', '--beneficiary', mining.beneficiary]),
    ...(mining === undefined || nodes > 1 ? [] : ['--mine-alone']),
  ]
}
