import type { Address, Checkpoint, Hash32 } from '@poai/core'
import type { PortableProgram } from '@poai/inference'

/** How much of the past a node keeps. */
export type KeepMode = 'archive' | 'full' | 'light'
/** From errors, which should wake somebody, to every message. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug'
/** `auto`: for people in a terminal, JSON elsewhere. */
export type LogFormat = 'auto' | 'human' | 'json'

/** Where things are, and whose chain it is. */
export interface PlacesConfig {
  readonly home: string | undefined
  readonly dataDir: string | undefined
  readonly network: string | undefined
}

/** What is kept on disk and in memory. */
export interface StorageConfig {
  readonly keep: KeepMode
  readonly index: boolean
  readonly cacheMb: number
}

/** The workers that run the model. */
export interface EngineConfig {
  readonly workers: number
  readonly program: PortableProgram
}

/** Attempts at blocks. */
export interface MiningConfig {
  readonly enabled: boolean
  readonly alone: boolean
  readonly beneficiary: Address | undefined
  readonly extraData: string
}

/** The node among its peers. */
export interface P2pConfig {
  readonly enabled: boolean
  readonly host: string
  readonly port: number
  readonly announce: readonly string[]
  readonly bootnodes: readonly string[]
  readonly peers: readonly string[]
  readonly mdns: boolean
  readonly dht: boolean
  readonly privateAddresses: boolean
  readonly pskFile: string | undefined
  readonly targetOutbound: number
  readonly maxInbound: number
  readonly maxPerAddress: number
  readonly sharedAddresses: boolean
}

/** How much of the past is replayed while the node catches up. */
export interface SyncConfig {
  readonly mode: 'full' | 'sampled' | 'assume-valid'
  /** The share of the old blocks that is replayed, if they are sampled. */
  readonly samplePercent: number
  /** How many of the newest blocks are all replayed, if older ones are sampled. */
  readonly sampleRecent: number
  readonly assumeValid: Hash32 | undefined
}

/** When blocks become final on this node, and what is known of the chain beyond its rules. */
export interface FinalityConfig {
  /** Peers that must agree. */
  readonly peers: number
  /** How long they must agree, in seconds. */
  readonly seconds: number
  readonly checkpoints: readonly Checkpoint[]
  readonly minimumWork: bigint
}

/** The transactions that wait for a block. */
export interface MempoolConfig {
  readonly maxTransactions: number
  readonly maxPerAccount: number
  readonly maxMb: number
  readonly minTip: number
}

/** JSON-RPC, the door for programs. */
export interface RpcConfig {
  readonly ipc: boolean
  readonly port: number | undefined
  readonly host: string
  readonly cors: readonly string[]
  readonly vhosts: readonly string[]
  readonly explorer: boolean
  /** What the calls of one client may cost in a second. */
  readonly rate: number
  /** What traces of all clients without the token may cost in a second. */
  readonly traces: number
  readonly token: string | undefined
}

/** The door for Prometheus. */
export interface MetricsConfig {
  readonly port: number | undefined
  readonly host: string
}

/** What the node says about itself. */
export interface LogConfig {
  readonly level: LogLevel
  readonly format: LogFormat
  readonly file: string
  readonly fileMb: number
  readonly files: number
}

/** Everything that an operator can set. Frozen; nothing below this reads the environment. */
export interface NodeConfig {
  readonly node: PlacesConfig
  readonly storage: StorageConfig
  readonly engine: EngineConfig
  readonly mining: MiningConfig
  readonly p2p: P2pConfig
  readonly sync: SyncConfig
  readonly finality: FinalityConfig
  readonly mempool: MempoolConfig
  readonly rpc: RpcConfig
  readonly metrics: MetricsConfig
  readonly log: LogConfig
}
