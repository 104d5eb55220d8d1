// Made from the table of methods: POAI_WRITE_DOCUMENTS=1 npm test -- client-types

import type { Hex, JsonValue } from '@poai/core'

/** The chain's own methods. */
export const POAI_METHODS = [
  'poai_getExam',
  'poai_getTranscript',
  'poai_verifyBlock',
  'poai_getAccuracy',
  'poai_nodeStatus',
  'poai_networkParams',
  'poai_engine',
  'poai_peers',
  'poai_getWork',
  'poai_submitWork',
  'poai_submitRate',
  'poai_getRawHeader',
] as const

/** What they are given, and what they answer. */
export interface PoaiRpc {
  /** The exam of a block, the expected answers, and the answers of this node’s model, token by token. */
  readonly poai_getExam: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: Exam | null
  }
  /** The leaves of a block’s transcript; with an index, that leaf with the hashes that lead to the root. */
  readonly poai_getTranscript: {
    readonly params: readonly [block: BlockNumberTagOrHash, leaf?: bigint | number | Hex]
    readonly result: Transcript | null
  }
  /** Replays a block’s exam on this node now, and says whether its work is what it claims. */
  readonly poai_verifyBlock: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: Verdict
  }
  /** How many quizzes of each family the model answered right in a range of at most 256 blocks. */
  readonly poai_getAccuracy: {
    readonly params: readonly [from: BlockNumberOrTag, to: BlockNumberOrTag]
    readonly result: Accuracy
  }
  /** What the node is doing: head, peers, mining, replays, memory. */
  readonly poai_nodeStatus: {
    readonly params: readonly []
    readonly result: { readonly [key: string]: JsonValue }
  }
  /** All parameters of the network: with them anybody can judge its blocks. */
  readonly poai_networkParams: {
    readonly params: readonly []
    readonly result: { readonly [key: string]: JsonValue }
  }
  /** The model, the determinism domain and the workers of this node. */
  readonly poai_engine: {
    readonly params: readonly []
    readonly result: { readonly [key: string]: JsonValue }
  }
  /** The nodes that this one is connected to. */
  readonly poai_peers: {
    readonly params: readonly []
    readonly result: readonly JsonValue[]
  }
  /** Work for a miner on another machine: a sealed header and a range of nonces of its own. */
  readonly poai_getWork: {
    readonly params: readonly [request: WorkRequest]
    readonly result: WorkJob
  }
  /** What a miner on another machine found: judged like a stranger’s block. */
  readonly poai_submitWork: {
    readonly params: readonly [solution: WorkSolution]
    readonly result: WorkAnswer
  }
  /** How fast a miner on another machine works. */
  readonly poai_submitRate: {
    readonly params: readonly [report: RateReport]
    readonly result: boolean
  }
  /** The canonical bytes of a header: its hash is their keccak256, and its exam follows from them. */
  readonly poai_getRawHeader: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: Hex | null
  }
}

/** Block number, tag or hash. */
export type BlockNumberTagOrHash = bigint | number | Hex | 'latest' | 'pending' | 'safe' | 'finalized' | 'earliest'

/** Exam. */
export interface Exam {
  readonly number: Hex
  readonly hash: Hex
  readonly examSeed: Hex
  readonly epochKey: Hex
  readonly sealHash: Hex
  readonly nonce: Hex
  readonly lossMicroNats: Hex
  readonly transcriptRoot: Hex
  readonly workHash: Hex
  readonly target: Hex
  readonly text: string
  readonly tokens: number
  readonly answerTokens: number
  readonly replayAgrees?: boolean
  readonly right?: number
  readonly quizzes: readonly {
    readonly family: string
    readonly question: string
    readonly expected: string
    readonly answer?: string
    readonly isRight?: boolean
    readonly lossMicroNats?: Hex
    readonly tokens?: readonly {
      readonly expected: string
      readonly given: string
      readonly lossMicroNats: Hex
    }[]
  }[]
}

/** Transcript. */
export interface Transcript {
  readonly root: Hex
  readonly agrees: boolean
  readonly size: number
  readonly leaves?: readonly Hex[]
  readonly index?: number
  readonly leaf?: Hex
  readonly leafHash?: Hex
  readonly path?: readonly Hex[]
  readonly isIncluded?: boolean
}

/** Verdict. */
export interface Verdict {
  readonly block: Hex
  readonly valid: boolean
  readonly code?: string
  readonly reason?: string
  readonly milliseconds: number
}

/** Block number or tag. */
export type BlockNumberOrTag = bigint | number | Hex | 'latest' | 'pending' | 'safe' | 'finalized' | 'earliest'

/** Accuracy. */
export interface Accuracy {
  readonly from: Hex
  readonly to: Hex
  readonly families: readonly {
    readonly family: string
    readonly asked: number
    readonly right: number
    readonly meanLossMicroNats: Hex
  }[]
  readonly blocks: readonly {
    readonly number: Hex
    readonly hash: Hex
    readonly asked: number
    readonly right: number
    readonly lossMicroNats: Hex
  }[]
}

/** Work request. */
export interface WorkRequest {
  readonly worker: string
  readonly beneficiary?: Hex | null
  readonly after?: Hex | null
}

/** Work job. */
export interface WorkJob {
  readonly jobId: Hex
  readonly sealHash: Hex
  readonly number: Hex
  readonly target: Hex
  readonly header: Hex
  readonly epochKey: Hex
  readonly firstNonce: Hex
  readonly endNonce: Hex
  readonly expiresInMs: number
  readonly network: {
    readonly name: string
    readonly genesisHash: Hex
  }
  readonly body: Hex | null
}

/** Work solution. */
export interface WorkSolution {
  readonly worker: string
  readonly jobId: Hex
  readonly nonce: bigint | number | Hex
  readonly lossMicroNats: bigint | number | Hex
  readonly transcriptRoot: Hex
  readonly block?: Hex | null
}

/** Work answer. */
export interface WorkAnswer {
  readonly verdict: string
  readonly blockHash: Hex | null
  readonly rule: string | null
}

/** Rate report. */
export interface RateReport {
  readonly worker: string
  readonly attemptsPerSecond: number
  readonly tokensPerSecond: number
  readonly workers: number
}
