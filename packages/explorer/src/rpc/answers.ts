// The parts of the node's answers that the page shows. Everything in them is text or a number in hexadecimal, and is
// shown as text.

/** A number in hexadecimal, or bytes. */
export type Hex = `0x${string}`

export interface Transaction {
  readonly hash: Hex
  readonly from: Hex
  readonly to: Hex | null
  readonly value: Hex
  readonly input: Hex
  readonly nonce: Hex
  readonly gas: Hex
  readonly gasPrice: Hex
  readonly type: Hex
  readonly blockNumber: Hex | null
  readonly blockHash: Hex | null
  readonly transactionIndex: Hex | null
}

export interface Header {
  readonly number: Hex
  readonly hash: Hex
  readonly parentHash: Hex
  readonly nonce: Hex
  readonly miner: Hex
  readonly difficulty: Hex
  readonly extraData: Hex
  readonly gasLimit: Hex
  readonly gasUsed: Hex
  readonly timestamp: Hex
  readonly baseFeePerGas: Hex
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
  readonly transactionsRoot: Hex
  readonly poai: { readonly target: Hex; readonly lossMicroNats: Hex; readonly transcriptRoot: Hex }
}

export interface Block<T = Hex> extends Header {
  readonly size: Hex
  readonly totalDifficulty?: Hex
  readonly transactions: readonly T[]
}

export interface Log {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly logIndex: Hex
}

export interface Receipt {
  readonly status: Hex
  readonly gasUsed: Hex
  readonly effectiveGasPrice: Hex
  readonly contractAddress: Hex | null
  readonly logs: readonly Log[]
}

export interface ExamToken {
  readonly expected: string
  readonly given: string
  readonly lossMicroNats: Hex
}

export interface Quiz {
  readonly family: string
  readonly question: string
  readonly expected: string
  readonly answer?: string
  readonly isRight?: boolean
  readonly lossMicroNats?: Hex
  readonly tokens?: readonly ExamToken[]
}

export interface Exam {
  readonly number: Hex
  readonly hash: Hex
  readonly examSeed: Hex
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
  readonly quizzes: readonly Quiz[]
}

export interface Transcript {
  readonly root: Hex
  readonly agrees: boolean
  readonly size: number
  readonly leaves?: readonly Hex[]
  readonly leaf?: Hex
  readonly leafHash?: Hex
  readonly path?: readonly Hex[]
  readonly isIncluded?: boolean
}

export interface Verdict {
  readonly valid: boolean
  readonly code?: string
  readonly reason?: string
  readonly milliseconds: number
}

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
    readonly asked: number
    readonly right: number
    readonly lossMicroNats: Hex
  }[]
}

/** Parts of `poai_nodeStatus`; a node may leave some out. */
export type Status = { readonly [key: string]: unknown }
