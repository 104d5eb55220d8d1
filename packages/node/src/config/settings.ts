import { MEMPOOL_DEFAULTS } from '@poai/chain'
import { MAX_EXTRA_DATA_BYTES } from '@poai/core'
import { DEFAULT_POOL_OPTIONS } from '@poai/inference'
import { DEFAULT_P2P_PORT, DEFAULT_RECENT_BLOCKS, DEFAULT_SAMPLE_SHARE, NETWORK_DEFAULTS } from '@poai/p2p'
import { RATE_DEFAULTS } from '@poai/rpc'
import type { NodeConfig } from './node-config.ts'
import type { Setting } from './setting.ts'
import {
  account,
  bigNumber,
  blockHash,
  checkpoint,
  ipAddress,
  listOf,
  multiaddress,
  oneOf,
  onOff,
  port,
  shortText,
  text,
  token,
  wholeNumber,
} from './setting-kinds.ts'

/** The settings of a section of the configuration, one row each. */
export type SectionTable<Section> = { readonly [Key in keyof Section]: Setting<Section[Key]> }
/** All sections. */
export type SettingsTable = { readonly [Name in keyof NodeConfig]: SectionTable<NodeConfig[Name]> }

const MEBIBYTE: number = 1024 * 1024
/** More workers than any machine has cores to spare. */
const MAX_WORKERS = 256
/** LevelDB and our own caches share it: see `cacheSizes` in `open-chain.ts`. */
const DEFAULT_CACHE_MB = 154
/** More peers than a home line can feed. */
const MAX_PEERS = 1000
/** A day: anyone who waits longer for finality wants none. */
const MAX_FINALITY_SECONDS = 86_400
/** Half a year of the devnet. */
const MAX_RECENT_BLOCKS = 3_000_000

const { limits } = NETWORK_DEFAULTS

/** Every setting of a node: flags, variables, help, the checks of files and docs/CONFIG.md are made from this table. */
export const SETTINGS: SettingsTable = {
  node: {
    home: {
      flag: 'home',
      kind: text('directory'),
      default: undefined,
      defaultText: '~/.poai',
      description: 'where models, caches and data directories live',
    },
    dataDir: {
      flag: 'data-dir',
      kind: text('directory'),
      default: undefined,
      defaultText: 'a folder of the home, named after the network',
      description: 'where this node keeps its chain, key, log and socket',
    },
    network: {
      flag: 'network',
      kind: text('name|file'),
      default: undefined,
      defaultText: 'the one whose chain is in the data directory, else devnet',
      description: 'a built-in network, or a .json file of parameters',
    },
  },
  storage: {
    keep: {
      flag: 'keep',
      kind: oneOf(['archive', 'full', 'light']),
      default: 'full',
      description:
        'archive: all blocks and all states; full: all blocks, recent states; light: recent blocks and states',
    },
    index: {
      flag: 'index',
      kind: onOff,
      default: false,
      description:
        'keep an index by account: what contracts did for whom and who created what, for Otterscan and trace_filter; with --keep archive of all blocks, else of those whose states are still kept',
    },
    cacheMb: {
      flag: 'cache-mb',
      kind: wholeNumber(8, 65_536, 'MiB'),
      default: DEFAULT_CACHE_MB,
      description: 'memory for the caches of the database',
    },
  },
  engine: {
    workers: {
      flag: 'workers',
      kind: wholeNumber(1, MAX_WORKERS, 'count'),
      default: DEFAULT_POOL_OPTIONS.workers,
      defaultText: 'one fewer than the machine has cores',
      description: 'worker processes that run the model, for replays and for mining',
    },
    program: {
      flag: 'engine',
      kind: oneOf(['auto', 'native', 'wasm', 'llama']),
      default: 'auto',
      description:
        'what runs the model in networks of domain portable-1; auto: WebAssembly until the native program is compiled; llama: llama.cpp once its library is built',
    },
  },
  mining: {
    enabled: { flag: 'mine', kind: onOff, default: false, description: 'mine blocks' },
    alone: {
      flag: 'mine-alone',
      kind: onOff,
      default: false,
      description: 'mine even without peers, instead of waiting for the first one',
    },
    beneficiary: {
      flag: 'beneficiary',
      kind: account,
      default: undefined,
      description: 'the account that is paid for blocks, and for those of farm workers that name none',
    },
    extraData: {
      flag: 'extra-data',
      kind: shortText('text', MAX_EXTRA_DATA_BYTES),
      default: 'poai',
      description: 'text in the headers of mined blocks',
    },
  },
  p2p: {
    enabled: { flag: 'p2p', kind: onOff, default: true, description: 'take part in the network' },
    host: { flag: 'p2p-host', kind: ipAddress, default: '0.0.0.0', description: 'the address to listen on for peers' },
    port: { flag: 'p2p-port', kind: port, default: DEFAULT_P2P_PORT, description: 'the port for peers; 0: any' },
    announce: {
      flag: 'announce',
      kind: listOf(multiaddress),
      default: [],
      description: 'addresses to tell other nodes, instead of those that this node listens on',
    },
    bootnodes: {
      flag: 'bootnodes',
      kind: listOf(multiaddress),
      default: [],
      description: 'nodes to ask for others when few are known',
    },
    peers: {
      flag: 'peers',
      kind: listOf(multiaddress),
      default: [],
      description: 'nodes to stay connected to',
    },
    mdns: {
      flag: 'mdns',
      kind: onOff,
      default: NETWORK_DEFAULTS.mdns,
      description: 'look for nodes on the local network',
    },
    dht: {
      flag: 'dht',
      kind: onOff,
      default: NETWORK_DEFAULTS.kademlia,
      description: 'look for nodes through other nodes (Kademlia)',
    },
    privateAddresses: {
      flag: 'private-addresses',
      kind: onOff,
      default: NETWORK_DEFAULTS.privateAddresses,
      description: 'dial and pass on addresses of private networks, including this machine’s',
    },
    pskFile: {
      flag: 'psk-file',
      kind: text('file'),
      default: undefined,
      description: 'a key file: only nodes with the same key can connect',
    },
    targetOutbound: {
      flag: 'target-outbound',
      kind: wholeNumber(0, MAX_PEERS, 'count'),
      default: limits.targetOutbound,
      description: 'peers that this node connects to on its own',
    },
    maxInbound: {
      flag: 'max-inbound',
      kind: wholeNumber(0, MAX_PEERS, 'count'),
      default: limits.maxInbound,
      description: 'peers that may connect to this node',
    },
    maxPerAddress: {
      flag: 'max-peers-per-address',
      kind: wholeNumber(1, MAX_PEERS, 'count'),
      default: limits.maxPerAddress,
      description: 'peers allowed from one address',
    },
    sharedAddresses: {
      flag: 'shared-addresses',
      kind: onOff,
      default: limits.sharedAddresses,
      description:
        'apply no limits and no penalties by address, for several nodes on one machine; never on the open internet',
    },
  },
  sync: {
    mode: {
      flag: 'sync',
      kind: oneOf(['full', 'sampled', 'assume-valid']),
      default: 'full',
      description:
        'how much of the past is replayed: all of it, a secret sample, or nothing up to a block that you trust',
    },
    samplePercent: {
      flag: 'sync-sample',
      kind: wholeNumber(1, 100, 'percent'),
      default: Math.round(DEFAULT_SAMPLE_SHARE * 100),
      description: 'the share of old blocks that --sync sampled replays',
    },
    sampleRecent: {
      flag: 'sync-recent',
      kind: wholeNumber(1, MAX_RECENT_BLOCKS, 'blocks'),
      default: DEFAULT_RECENT_BLOCKS,
      description: 'how many of the newest blocks --sync sampled replays in full',
    },
    assumeValid: {
      flag: 'assume-valid',
      kind: blockHash,
      default: undefined,
      defaultText: 'none',
      description:
        'the hash of the block up to which --sync assume-valid replays nothing; get it from somebody you trust',
    },
  },
  finality: {
    peers: {
      flag: 'finality-peers',
      kind: wholeNumber(0, MAX_PEERS, 'count'),
      default: 3,
      description:
        'peers on different networks that must agree with this node before blocks become final; until then it keeps all that it needs to change its mind',
    },
    seconds: {
      flag: 'finality-seconds',
      kind: wholeNumber(0, MAX_FINALITY_SECONDS, 'seconds'),
      default: 600,
      description: 'how long they must agree without a break',
    },
    checkpoints: {
      flag: 'checkpoint',
      kind: listOf(checkpoint),
      default: [],
      description:
        'blocks that you know belong to the chain: a chain with other blocks at these heights is not followed',
    },
    minimumWork: {
      flag: 'minimum-work',
      kind: bigNumber('attempts'),
      default: 0n,
      defaultText: 'what is built in',
      description: 'total work that you know the chain has: this node does not start with a chain that has less',
    },
  },
  mempool: {
    maxTransactions: {
      flag: 'mempool-transactions',
      kind: wholeNumber(1, 1_000_000, 'count'),
      default: MEMPOOL_DEFAULTS.maxTransactions,
      description: 'transactions that may wait',
    },
    maxPerAccount: {
      flag: 'mempool-per-account',
      kind: wholeNumber(1, 100_000, 'count'),
      default: MEMPOOL_DEFAULTS.maxPerAccount,
      description: 'transactions of one account that may wait',
    },
    maxMb: {
      flag: 'mempool-mb',
      kind: wholeNumber(1, 4096, 'MiB'),
      default: MEMPOOL_DEFAULTS.maxBytes / MEBIBYTE,
      description: 'encoded size of the transactions that may wait; in memory they take up to four times as much',
    },
    minTip: {
      flag: 'min-tip',
      kind: wholeNumber(0, 1_000_000_000_000, 'wei'),
      default: Number(MEMPOOL_DEFAULTS.minTip),
      description: 'lowest tip per unit of gas at which a transaction is accepted',
    },
  },
  rpc: {
    ipc: {
      flag: 'ipc',
      kind: onOff,
      default: true,
      description: 'serve JSON-RPC, with all methods, on the socket poai.ipc in the data directory',
    },
    port: {
      flag: 'http-port',
      kind: port,
      default: undefined,
      defaultText: 'no HTTP; 8545 is usual',
      description: 'the port for JSON-RPC over HTTP and WebSocket, and the explorer page; 0: any',
    },
    host: {
      flag: 'http-host',
      kind: ipAddress,
      default: '127.0.0.1',
      description: 'the address to listen on for HTTP',
    },
    cors: {
      flag: 'http-cors',
      kind: listOf(text('origin')),
      default: [],
      description: 'origins of web pages that may call JSON-RPC; *: all',
    },
    vhosts: {
      flag: 'http-vhosts',
      kind: listOf(text('name')),
      default: ['localhost'],
      description: 'host names under which HTTP may be called, besides addresses; *: all',
    },
    explorer: {
      flag: 'explorer',
      kind: onOff,
      default: true,
      description: 'serve the explorer page on the HTTP port',
    },
    rate: {
      flag: 'http-rate',
      kind: wholeNumber(0, 1_000_000_000, 'plain reads'),
      default: RATE_DEFAULTS.costPerSecond,
      description:
        'plain reads that one client address may ask for per second, ten times as many at once; expensive methods count for more; 0: no limit',
    },
    traces: {
      flag: 'http-traces',
      kind: wholeNumber(0, 1_000_000_000, 'plain reads'),
      default: 0,
      description:
        'what traces (debug_trace…, trace_…) for clients without the token may cost per second, all together, in plain reads: 10 are a millisecond; 0: the token is needed',
    },
    token: {
      flag: 'rpc-token',
      kind: token,
      default: undefined,
      description: 'opens the operator’s methods over HTTP to anyone who presents it; set it by variable or file',
      secret: true,
    },
  },
  metrics: {
    port: {
      flag: 'metrics-port',
      kind: port,
      default: undefined,
      defaultText: 'no metrics; 9464 is usual',
      description: 'the port for Prometheus and the health checks; 0: any',
    },
    host: {
      flag: 'metrics-host',
      kind: ipAddress,
      default: '127.0.0.1',
      description: 'the address to listen on for them',
    },
  },
  log: {
    level: {
      flag: 'log-level',
      kind: oneOf(['error', 'warn', 'info', 'debug']),
      default: 'info',
      description: 'the lowest level of messages that are logged',
    },
    format: {
      flag: 'log-format',
      kind: oneOf(['auto', 'human', 'json']),
      default: 'auto',
      description: 'how the terminal shows them; auto: for people in a terminal, JSON elsewhere',
    },
    file: {
      flag: 'log-file',
      kind: text('path|none'),
      default: 'logs/node.log',
      description: 'a file of JSON lines, relative to the data directory; none: no file',
    },
    fileMb: {
      flag: 'log-file-mb',
      kind: wholeNumber(1, 1024, 'MiB'),
      default: 16,
      description: 'size at which a log file is rotated',
    },
    files: {
      flag: 'log-files',
      kind: wholeNumber(0, 100, 'count'),
      default: 3,
      description: 'rotated log files to keep',
    },
  },
}
