import type { Address, Hash32 } from '../branded.ts'

/**
 * All that makes a network: two nodes with equal parameters follow the same rules from the same first block. The
 * genesis block's hash commits to every member but `forks`.
 *
 * The rules among them are those that the network begins with. Whoever judges or builds a block asks `rulesAt` for the
 * rules of its height instead.
 */
export interface NetworkParams extends RuleTable {
  /** In logs, file names and gossip topics. Not an identity: that is the genesis hash. */
  readonly name: string
  /** EIP-155: what transactions are signed for. */
  readonly chainId: bigint
  readonly genesis: GenesisParams
  /** Heights at which rules change, in rising order. */
  readonly forks: readonly Fork[]
}

/** Every rule that a fork may change. */
export interface RuleTable {
  /** Ethereum's rules for transactions and the EVM, by the name of their set. */
  readonly hardfork: Hardfork
  readonly work: WorkParams
  readonly difficulty: DifficultyParams
  readonly time: TimeParams
  readonly gas: GasParams
  readonly rewards: RewardParams
  readonly limits: LimitParams
  /** What contracts may ask of models. Left out: nothing, and blocks have no answers. */
  readonly inference?: InferenceParams
}

/** The sets of rules for transactions and the EVM. `execution` has a row for each. */
export const HARDFORKS = ['cancun', 'osaka'] as const

export type Hardfork = (typeof HARDFORKS)[number]

/** A height at which some rules change. */
export interface Fork {
  /** For people, in logs and documents. */
  readonly name: string
  /** The first block that the changed rules judge. */
  readonly number: bigint
  readonly changes: RuleChanges
}

/** Members of the rules with new values; what is left out stays as it was. */
export interface RuleChanges {
  readonly hardfork?: Hardfork
  readonly work?: Partial<Omit<WorkParams, 'exam'>> & { readonly exam?: Partial<ExamParams> }
  /** `initialTarget` is the target of the fork's first block. Left out: the target that the schedule had reached. */
  readonly difficulty?: Partial<DifficultyParams>
  readonly time?: Partial<TimeParams>
  readonly gas?: Partial<Omit<GasParams, 'initialLimit' | 'initialBaseFee'>>
  readonly rewards?: Partial<RewardParams>
  readonly limits?: Partial<LimitParams>
  /** All of it: a fork that changes one price names every model. */
  readonly inference?: InferenceParams
}

/** Which computation counts as work. */
export interface WorkParams {
  /** The model's name in the manifest; people's name for the hash below. */
  readonly model: string
  /** SHA-256 of the GGUF file. */
  readonly modelSha256: Hash32
  /** The determinism domain: engine release and build, by name. The vectors define it. */
  readonly domain: string
  /** SHA-256 of the file of recorded vectors of this model in this domain. */
  readonly vectorsSha256: Hash32
  readonly exam: ExamParams
  /** The seed that exams are drawn under changes every so many blocks. */
  readonly epochBlocks: bigint
}

/** The shape of every exam, so that no nonce is cheaper than another. */
export interface ExamParams {
  /** How text becomes tokens, and which quiz families are drawn from. */
  readonly format: 'bytes-1'
  /** Tokens in the sequence, the last of which is only predicted. */
  readonly tokens: number
  /** Tokens whose prediction is the transcript. */
  readonly answerTokens: number
  /** The least number of salt tokens before the first quiz. */
  readonly minSaltTokens: number
  /** Vocabulary entries whose logits stand in each leaf besides the answer's. */
  readonly probes: number
}

/** How hard the work is. */
export interface DifficultyParams {
  /** Of block 1, or of the first block of the fork that names it. */
  readonly initialTarget: bigint
  /** No target is above this. */
  readonly easiestTarget: bigint
  readonly spacingSeconds: number
  /** Blocks this much early or late in sum double or halve the difficulty. */
  readonly halfLifeSeconds: number
}

/** What a timestamp may be. */
export interface TimeParams {
  /** A block is later than the median of so many blocks before it. */
  readonly medianSpan: number
  /** How far a block may be ahead of the local clock. */
  readonly maxFutureSeconds: number
}

/** Ethereum's gas market (EIP-1559) with its numbers. */
export interface GasParams {
  readonly initialLimit: bigint
  readonly minLimit: bigint
  /** The limit moves by less than 1/divisor from block to block. */
  readonly limitDivisor: bigint
  /** The gas target is the limit divided by this. */
  readonly elasticity: bigint
  readonly initialBaseFee: bigint
  /** The base fee moves by at most 1/divisor from block to block. */
  readonly baseFeeDivisor: bigint
}

/** New coins, in wei. */
export interface RewardParams {
  readonly initialWei: bigint
  readonly halvingBlocks: bigint
}

/** Sizes of what a block may hold. */
export interface LimitParams {
  readonly extraDataBytes: number
  readonly bodyBytes: number
}

/** What contracts may ask of models: the precompiles 0x0a10 and 0x0a11. */
export interface InferenceParams {
  /** Every full node holds them. Each SHA-256 once. */
  readonly models: readonly CallableModel[]
}

/** A model that contracts may call, and what that costs. */
export interface CallableModel {
  /** The model's name in the manifest; people's name for the hash below. */
  readonly name: string
  /** SHA-256 of the GGUF file: what a call names. */
  readonly sha256: Hash32
  /** The determinism domain that answers come from. */
  readonly domain: string
  /** SHA-256 of the file of recorded vectors of this model in this domain. */
  readonly vectorsSha256: Hash32
  /** How text becomes tokens. */
  readonly format: 'bytes-1'
  /** The longest prompt and answer together, in tokens. */
  readonly contextTokens: number
  /** Tokens that end an answer, in ascending order. */
  readonly stopTokens: readonly number[]
  /** Of every call. */
  readonly baseGas: bigint
  /** Of each token of the prompt. */
  readonly promptTokenGas: bigint
  /** Of each token of the answer, whether it is made or judged. */
  readonly outputTokenGas: bigint
}

/** The state that the network begins with. */
export interface GenesisParams {
  /** Unix time in seconds. */
  readonly timestamp: bigint
  readonly accounts: readonly GenesisAccount[]
}

/** An account that exists from the first block on. */
export interface GenesisAccount {
  readonly address: Address
  readonly balance: bigint
  readonly nonce: bigint
  readonly code: Uint8Array
  readonly storage: readonly StorageSlot[]
}

/** One 32-byte word of a contract's storage. */
export interface StorageSlot {
  readonly key: Hash32
  readonly value: bigint
}
