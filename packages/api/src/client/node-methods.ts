// Made from the table of methods: POAI_WRITE_DOCUMENTS=1 npm test -- documents

import type { Hex, JsonValue } from '@poai/core'

/** The chain's own methods. */
export const POAI_METHODS = [
  'poai_getExam',
  'poai_getTranscript',
  'poai_verifyBlock',
  'poai_getAccuracy',
  'poai_models',
  'poai_inferences',
  'poai_nodeStatus',
  'poai_networkParams',
  'poai_engine',
  'poai_peers',
  'poai_getWork',
  'poai_submitWork',
  'poai_submitRate',
  'poai_getRawHeader',
] as const

/** What methods are given, and what they answer. */
export interface NodeMethods {
  /** The height of the chain. */
  readonly eth_blockNumber: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** A block by its height or tag, with its transactions or only their hashes. */
  readonly eth_getBlockByNumber: {
    readonly params: readonly [block: BlockNumberOrTag, full?: boolean]
    readonly result: BlockJson | null
  }
  /** A block by its hash, with its transactions or only their hashes. */
  readonly eth_getBlockByHash: {
    readonly params: readonly [hash: Hex, full?: boolean]
    readonly result: BlockJson | null
  }
  /** The header of a block by its height or tag; a pending block has none yet. */
  readonly eth_getHeaderByNumber: {
    readonly params: readonly [block: BlockNumberOrTag]
    readonly result: HeaderJson | null
  }
  /** The header of a block by its hash. */
  readonly eth_getHeaderByHash: {
    readonly params: readonly [hash: Hex]
    readonly result: HeaderJson | null
  }
  /** How many transactions a block has. */
  readonly eth_getBlockTransactionCountByNumber: {
    readonly params: readonly [block: BlockNumberOrTag]
    readonly result: Hex | null
  }
  /** How many transactions a block has. */
  readonly eth_getBlockTransactionCountByHash: {
    readonly params: readonly [hash: Hex]
    readonly result: Hex | null
  }
  /** Blocks have no uncles here. */
  readonly eth_getUncleCountByBlockNumber: {
    readonly params: readonly [block: BlockNumberOrTag]
    readonly result: Hex | null
  }
  /** Blocks have no uncles here. */
  readonly eth_getUncleCountByBlockHash: {
    readonly params: readonly [hash: Hex]
    readonly result: Hex | null
  }
  /** Blocks have no uncles here. */
  readonly eth_getUncleByBlockNumberAndIndex: {
    readonly params: readonly [block: BlockNumberOrTag, index: bigint | number | Hex]
    readonly result: HeaderJson | null
  }
  /** Blocks have no uncles here. */
  readonly eth_getUncleByBlockHashAndIndex: {
    readonly params: readonly [hash: Hex, index: bigint | number | Hex]
    readonly result: HeaderJson | null
  }
  /** Blocks have no access lists here (EIP-7928). */
  readonly eth_getBlockAccessList: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: null
  }
  /** The receipts of all transactions of a block. */
  readonly eth_getBlockReceipts: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: readonly ReceiptJson[] | null
  }
  /** A transaction, mined or pending. */
  readonly eth_getTransactionByHash: {
    readonly params: readonly [hash: Hex]
    readonly result: TransactionJson | null
  }
  /** A transaction by its block and its index there. */
  readonly eth_getTransactionByBlockNumberAndIndex: {
    readonly params: readonly [block: BlockNumberOrTag, index: bigint | number | Hex]
    readonly result: TransactionJson | null
  }
  /** A transaction by its block and its index there. */
  readonly eth_getTransactionByBlockHashAndIndex: {
    readonly params: readonly [hash: Hex, index: bigint | number | Hex]
    readonly result: TransactionJson | null
  }
  /** The receipt of a mined transaction. */
  readonly eth_getTransactionReceipt: {
    readonly params: readonly [hash: Hex]
    readonly result: ReceiptJson | null
  }
  /** The bytes of a transaction, mined or pending. */
  readonly eth_getRawTransactionByHash: {
    readonly params: readonly [hash: Hex]
    readonly result: Hex | null
  }
  /** Sends a signed transaction to the network. */
  readonly eth_sendRawTransaction: {
    readonly params: readonly [transaction: Hex]
    readonly result: Hex
  }
  /** Sends a signed transaction and waits for its receipt, at most 25 s (EIP-7966). */
  readonly eth_sendRawTransactionSync: {
    readonly params: readonly [transaction: Hex, timeoutMs?: bigint | number | Hex]
    readonly result: ReceiptJson
  }
  /** A transaction with nonce, gas limit and fees filled in, ready to be signed. */
  readonly eth_fillTransaction: {
    readonly params: readonly [transaction: CallArguments]
    readonly result: FilledTransactionJson
  }
  /** The balance of an account, in wei. */
  readonly eth_getBalance: {
    readonly params: readonly [address: Hex, block?: BlockNumberTagOrHash]
    readonly result: Hex
  }
  /** The nonce of the next transaction of an account; with "pending", after those in the pool. */
  readonly eth_getTransactionCount: {
    readonly params: readonly [address: Hex, block?: BlockNumberTagOrHash]
    readonly result: Hex
  }
  /** The code of a contract. */
  readonly eth_getCode: {
    readonly params: readonly [address: Hex, block?: BlockNumberTagOrHash]
    readonly result: Hex
  }
  /** A storage slot of a contract. */
  readonly eth_getStorageAt: {
    readonly params: readonly [address: Hex, slot: Hex, block?: BlockNumberTagOrHash]
    readonly result: Hex
  }
  /** Storage slots of several contracts, by their addresses. */
  readonly eth_getStorageValues: {
    readonly params: readonly [requests: StorageRequests, block?: BlockNumberTagOrHash]
    readonly result: StorageValues
  }
  /** An account and slots of it with their Merkle proofs, in the newest state only. */
  readonly eth_getProof: {
    readonly params: readonly [address: Hex, slots: readonly Hex[], block?: BlockNumberTagOrHash]
    readonly result: ProofJson
  }
  /** Runs a message on the state after a block and keeps nothing of it. */
  readonly eth_call: {
    readonly params: readonly [
      transaction: CallArguments,
      block?: BlockNumberTagOrHash,
      stateOverrides?: { readonly [key: string]: AccountOverride },
      blockOverrides?: BlockOverrides,
    ]
    readonly result: Hex
  }
  /** A gas limit with which the transaction succeeds. */
  readonly eth_estimateGas: {
    readonly params: readonly [
      transaction: CallArguments,
      block?: BlockNumberTagOrHash,
      stateOverrides?: { readonly [key: string]: AccountOverride },
      blockOverrides?: BlockOverrides,
    ]
    readonly result: Hex
  }
  /** The access list of a transaction, and the gas that it uses with it. */
  readonly eth_createAccessList: {
    readonly params: readonly [
      transaction: CallArguments,
      block?: BlockNumberTagOrHash,
      stateOverrides?: { readonly [key: string]: AccountOverride },
      blockOverrides?: BlockOverrides,
    ]
    readonly result: AccessListResultJson
  }
  /** Runs blocks of messages that build on each other, and keeps nothing of them; state roots are zeros. */
  readonly eth_simulateV1: {
    readonly params: readonly [simulation: Simulation, block?: BlockNumberTagOrHash]
    readonly result: readonly SimulatedBlockJson[]
  }
  /** A gas price at which a transaction is mined soon. */
  readonly eth_gasPrice: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** A tip with which a transaction is mined soon. */
  readonly eth_maxPriorityFeePerGas: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** The base fee of the next block. */
  readonly eth_baseFee: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** The least that Ethereum knows: there are no blobs here, and BLOBBASEFEE answers the same. */
  readonly eth_blobBaseFee: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** Base fees, fullness and tips of a range of blocks that ends with `newest`. */
  readonly eth_feeHistory: {
    readonly params: readonly [
      blockCount: bigint | number | Hex,
      newest: BlockNumberOrTag,
      percentiles?: readonly number[],
    ]
    readonly result: FeeHistoryJson
  }
  /** The logs of a range of blocks, or of one block. */
  readonly eth_getLogs: {
    readonly params: readonly [filter: LogQuestion]
    readonly result: readonly LogJson[]
  }
  /** Collects matching logs until they are asked for. */
  readonly eth_newFilter: {
    readonly params: readonly [filter: LogQuestion]
    readonly result: Hex
  }
  /** Collects the hashes of new blocks until they are asked for. */
  readonly eth_newBlockFilter: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** Collects the hashes of new pending transactions until they are asked for. */
  readonly eth_newPendingTransactionFilter: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** What a filter has found since the last time. */
  readonly eth_getFilterChanges: {
    readonly params: readonly [filterId: string]
    readonly result: readonly Hex[] | readonly LogJson[]
  }
  /** All logs that a log filter matches. */
  readonly eth_getFilterLogs: {
    readonly params: readonly [filterId: string]
    readonly result: readonly LogJson[]
  }
  /** Forgets a filter. */
  readonly eth_uninstallFilter: {
    readonly params: readonly [filterId: string]
    readonly result: boolean
  }
  /** Sends new heads, logs, pending transactions or sync changes as they happen. */
  readonly eth_subscribe: {
    readonly params: readonly [kind: string, option?: LogQuestion | boolean]
    readonly result: Hex
  }
  /** Ends a subscription. */
  readonly eth_unsubscribe: {
    readonly params: readonly [subscriptionId: string]
    readonly result: boolean
  }
  /** The chain id that transactions are signed for. */
  readonly eth_chainId: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** False, or how far the node has caught up. */
  readonly eth_syncing: {
    readonly params: readonly []
    readonly result: boolean | SyncingJson
  }
  /** The rules now, next and last (EIP-7910); forks have heights here, so times to come are estimates. */
  readonly eth_config: {
    readonly params: readonly []
    readonly result: ConfigsJson
  }
  /** From which blocks on this node has states, transactions and proofs. */
  readonly eth_capabilities: {
    readonly params: readonly []
    readonly result: CapabilitiesJson
  }
  /** True while the node makes attempts. */
  readonly eth_mining: {
    readonly params: readonly []
    readonly result: boolean
  }
  /** Attempts a second of the node: each is one forward pass of the model. */
  readonly eth_hashrate: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** Who gets the rewards of the blocks that this node mines. */
  readonly eth_coinbase: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** Always empty: the node holds no keys. */
  readonly eth_accounts: {
    readonly params: readonly []
    readonly result: readonly Hex[]
  }
  /** The version of the wire protocol. */
  readonly eth_protocolVersion: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** The chain id in decimal digits. */
  readonly net_version: {
    readonly params: readonly []
    readonly result: string
  }
  /** True if other nodes can connect. */
  readonly net_listening: {
    readonly params: readonly []
    readonly result: boolean
  }
  /** How many nodes this one is connected to. */
  readonly net_peerCount: {
    readonly params: readonly []
    readonly result: Hex
  }
  /** The program, its version and its platform. */
  readonly web3_clientVersion: {
    readonly params: readonly []
    readonly result: string
  }
  /** keccak256 of bytes. */
  readonly web3_sha3: {
    readonly params: readonly [data: Hex]
    readonly result: Hex
  }
  /** How many transactions are pending and queued. */
  readonly txpool_status: {
    readonly params: readonly []
    readonly result: PoolSizesJson
  }
  /** The transactions in the pool, by sender and nonce. */
  readonly txpool_content: {
    readonly params: readonly []
    readonly result: PoolContentJson
  }
  /** The transactions of one sender in the pool, by nonce. */
  readonly txpool_contentFrom: {
    readonly params: readonly [address: Hex]
    readonly result: PoolPartJson
  }
  /** The transactions in the pool, a line each. */
  readonly txpool_inspect: {
    readonly params: readonly []
    readonly result: PoolLinesJson
  }
  /** The exam of a block, the expected answers, and the answers of this node’s model, token by token. */
  readonly poai_getExam: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: ExamJson | null
  }
  /** The leaves of a block’s transcript; with an index, that leaf with the hashes that lead to the root. */
  readonly poai_getTranscript: {
    readonly params: readonly [block: BlockNumberTagOrHash, leaf?: bigint | number | Hex]
    readonly result: TranscriptJson | null
  }
  /** Replays a block’s exam on this node now, and says whether its work is what it claims. */
  readonly poai_verifyBlock: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: VerdictJson
  }
  /** How many quizzes of each family the model answered right in a range of at most 256 blocks. */
  readonly poai_getAccuracy: {
    readonly params: readonly [from: BlockNumberOrTag, to: BlockNumberOrTag]
    readonly result: AccuracyJson
  }
  /** The models that contracts may call in the next block, what that costs, and whether this node can answer. */
  readonly poai_models: {
    readonly params: readonly []
    readonly result: readonly PricedModelJson[]
  }
  /** What a mined transaction asked of models, call by call, and what these said. */
  readonly poai_inferences: {
    readonly params: readonly [hash: Hex]
    readonly result: readonly InferenceJson[] | null
  }
  /** What the node is doing: head, peers, mining, replays, memory. */
  readonly poai_nodeStatus: {
    readonly params: readonly []
    readonly result: NodeStatusJson
  }
  /** All parameters of the network: with them, anyone can check its blocks. */
  readonly poai_networkParams: {
    readonly params: readonly []
    readonly result: NetworkParamsJson
  }
  /** The models, the determinism domain and the workers of this node. */
  readonly poai_engine: {
    readonly params: readonly []
    readonly result: EngineJson
  }
  /** The nodes that this one is connected to. */
  readonly poai_peers: {
    readonly params: readonly []
    readonly result: readonly PeerJson[]
  }
  /** Work for a miner on another machine: a sealed header and a range of nonces of its own. */
  readonly poai_getWork: {
    readonly params: readonly [request: WorkRequest]
    readonly result: WorkJobJson
  }
  /** What a miner on another machine found: judged like a stranger’s block. */
  readonly poai_submitWork: {
    readonly params: readonly [solution: WorkSolution]
    readonly result: WorkAnswerJson
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
  /** The canonical bytes of a header: its hash is their keccak256, and its exam follows from them. */
  readonly debug_getRawHeader: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: Hex | null
  }
  /** The canonical bytes of a block. */
  readonly debug_getRawBlock: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: Hex | null
  }
  /** Blocks have no access lists here (EIP-7928), so that none is ever found. */
  readonly debug_getRawBlockAccessList: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: Hex
  }
  /** The canonical bytes of the receipts of a block. */
  readonly debug_getRawReceipts: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: readonly Hex[] | null
  }
  /** The canonical bytes of a transaction, mined or pending; as in geth, no bytes of an unknown one. */
  readonly debug_getRawTransaction: {
    readonly params: readonly [hash: Hex]
    readonly result: Hex
  }
  /** The last invalid blocks that came, whole: first those with real work, each kind from the newest on. */
  readonly debug_getBadBlocks: {
    readonly params: readonly []
    readonly result: readonly BadBlockJson[]
  }
  /** Executes a mined transaction again, and shows what it did step by step or call by call. */
  readonly debug_traceTransaction: {
    readonly params: readonly [hash: Hex, options?: TraceOptions]
    readonly result: JsonValue
  }
  /** Executes a block again and shows what its transactions did. */
  readonly debug_traceBlockByNumber: {
    readonly params: readonly [block: BlockNumberOrTag, options?: TraceOptions]
    readonly result: readonly TransactionTraceJson[]
  }
  /** Executes a block again and shows what its transactions did. */
  readonly debug_traceBlockByHash: {
    readonly params: readonly [hash: Hex, options?: TraceOptions]
    readonly result: readonly TransactionTraceJson[]
  }
  /** Runs a message on the state after a block and shows what it did. */
  readonly debug_traceCall: {
    readonly params: readonly [transaction: CallArguments, block?: BlockNumberTagOrHash, options?: TraceOptions]
    readonly result: JsonValue
  }
  /** The calls of all transactions of a block, and what its miner got. */
  readonly trace_block: {
    readonly params: readonly [block: BlockNumberTagOrHash]
    readonly result: readonly (FlatTraceJson | RewardTraceJson)[] | null
  }
  /** The calls of a mined transaction in the order in which they began. */
  readonly trace_transaction: {
    readonly params: readonly [hash: Hex]
    readonly result: readonly FlatTraceJson[] | null
  }
  /** One call of a mined transaction, by the indexes that lead to it; none: the outermost. */
  readonly trace_get: {
    readonly params: readonly [hash: Hex, path: readonly (bigint | number | Hex)[]]
    readonly result: FlatTraceJson | null
  }
  /** Executes a mined transaction again: its calls (trace) and what it changed (stateDiff). */
  readonly trace_replayTransaction: {
    readonly params: readonly [hash: Hex, types: readonly string[]]
    readonly result: ReplayJson
  }
  /** Executes a block’s transactions again: their calls (trace) and what they changed (stateDiff). */
  readonly trace_replayBlockTransactions: {
    readonly params: readonly [block: BlockNumberTagOrHash, types: readonly string[]]
    readonly result: readonly ReplayedTransactionJson[] | null
  }
  /**
   * The calls from or to some addresses in a range of blocks, and what miners among them got; without --index in 1,000
   * blocks at most.
   */
  readonly trace_filter: {
    readonly params: readonly [filter: TraceQuestion]
    readonly result: readonly (FlatTraceJson | RewardTraceJson)[]
  }
  /** The level of Otterscan’s interface. */
  readonly ots_getApiLevel: {
    readonly params: readonly []
    readonly result: number
  }
  /** True if the account is a contract. */
  readonly ots_hasCode: {
    readonly params: readonly [address: Hex, block?: BlockNumberTagOrHash]
    readonly result: boolean
  }
  /** A block without logs and transactions, with what its miner earned. */
  readonly ots_getBlockDetails: {
    readonly params: readonly [block: BlockNumberOrTag]
    readonly result: BlockDetailsJson | null
  }
  /** A block without logs and transactions, with what its miner earned. */
  readonly ots_getBlockDetailsByHash: {
    readonly params: readonly [hash: Hex]
    readonly result: BlockDetailsJson | null
  }
  /** A page of the transactions of a block; pages are counted from its end. */
  readonly ots_getBlockTransactions: {
    readonly params: readonly [block: BlockNumberOrTag, page: bigint | number | Hex, size: bigint | number | Hex]
    readonly result: BlockTransactionsJson | null
  }
  /**
   * Transactions of an account below a block, the newest first; 0: from the head. With --index also those in which a
   * contract reached it.
   */
  readonly ots_searchTransactionsBefore: {
    readonly params: readonly [address: Hex, block: bigint | number | Hex, size: bigint | number | Hex]
    readonly result: FoundTransactionsJson
  }
  /**
   * Transactions of an account above a block, the newest first; 0: from the genesis block. With --index also those in
   * which a contract reached it.
   */
  readonly ots_searchTransactionsAfter: {
    readonly params: readonly [address: Hex, block: bigint | number | Hex, size: bigint | number | Hex]
    readonly result: FoundTransactionsJson
  }
  /** The hash of the transaction that an account signed with a nonce. */
  readonly ots_getTransactionBySenderAndNonce: {
    readonly params: readonly [address: Hex, nonce: bigint | number | Hex]
    readonly result: Hex | null
  }
  /**
   * Who created a contract, and with which transaction; without --index only creations by a transaction itself are
   * found.
   */
  readonly ots_getContractCreator: {
    readonly params: readonly [address: Hex]
    readonly result: ContractCreatorJson | null
  }
  /** The calls of a transaction in the order in which they began. */
  readonly ots_traceTransaction: {
    readonly params: readonly [hash: Hex]
    readonly result: readonly TracedCallJson[]
  }
  /** Transfers of coins by contracts in a transaction, and contracts that they created or destroyed. */
  readonly ots_getInternalOperations: {
    readonly params: readonly [hash: Hex]
    readonly result: readonly InternalOperationJson[]
  }
  /** What a failed transaction returned; nothing if it did not fail. */
  readonly ots_getTransactionError: {
    readonly params: readonly [hash: Hex]
    readonly result: Hex
  }
  /** The header of a block, without its body. */
  readonly erigon_getHeaderByNumber: {
    readonly params: readonly [block: BlockNumberOrTag]
    readonly result: HeaderJson | null
  }
  /** The node’s identity, addresses and reachability. */
  readonly admin_nodeInfo: {
    readonly params: readonly []
    readonly result: NodeInfoJson
  }
  /** Peers with their addresses, scores and latencies. */
  readonly admin_peers: {
    readonly params: readonly []
    readonly result: readonly PeerJson[]
  }
  /** Keeps a connection to the node at an address. */
  readonly admin_addPeer: {
    readonly params: readonly [address: string]
    readonly result: boolean
  }
  /** Drops a peer and keeps no connection to it. */
  readonly admin_removePeer: {
    readonly params: readonly [peerId: string]
    readonly result: boolean
  }
  /** Refuses a peer id or an address for a time in milliseconds. */
  readonly admin_ban: {
    readonly params: readonly [target: string, forMs?: bigint | number | Hex]
    readonly result: BanJson
  }
  /** Lifts a ban. */
  readonly admin_unban: {
    readonly params: readonly [target: string]
    readonly result: boolean
  }
  /** Who is banned, and until when. */
  readonly admin_bans: {
    readonly params: readonly []
    readonly result: readonly BanJson[]
  }
  /** Starts mining, or goes on with it. */
  readonly miner_start: {
    readonly params: readonly []
    readonly result: boolean
  }
  /** Pauses mining. */
  readonly miner_stop: {
    readonly params: readonly []
    readonly result: boolean
  }
  /** Changes who gets the rewards, from the next template on. */
  readonly miner_setEtherbase: {
    readonly params: readonly [beneficiary: Hex]
    readonly result: boolean
  }
  /** What the miner does: attempts, blocks, rewards. */
  readonly miner_status: {
    readonly params: readonly []
    readonly result: MinerStatusJson
  }
  /** The namespaces that the client may use. */
  readonly rpc_modules: {
    readonly params: readonly []
    readonly result: Modules
  }
  /** This interface as an OpenRPC document. */
  readonly 'rpc.discover': {
    readonly params: readonly []
    readonly result: OpenRpcDocumentJson
  }
}

/** Block number or tag. */
export type BlockNumberOrTag = bigint | number | Hex | 'latest' | 'pending' | 'safe' | 'finalized' | 'earliest'

/** Block. */
export type BlockJson = {
  readonly number: Hex
  readonly hash: Hex
  readonly parentHash: Hex
  readonly nonce: Hex
  readonly mixHash: Hex
  readonly sha3Uncles: Hex
  readonly logsBloom: Hex
  readonly transactionsRoot: Hex
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
  readonly miner: Hex
  readonly difficulty: Hex
  readonly extraData: Hex
  readonly gasLimit: Hex
  readonly gasUsed: Hex
  readonly timestamp: Hex
  readonly baseFeePerGas: Hex
  readonly poai: {
    readonly target: Hex
    readonly lossMicroNats: Hex
    readonly transcriptRoot: Hex
    readonly answersRoot?: Hex
    readonly answers?: Hex
  }
  readonly totalDifficulty?: Hex
  readonly size: Hex
  readonly transactions: readonly Hex[] | readonly TransactionJson[]
  readonly uncles: readonly Hex[]
}

/** Transaction. */
export type TransactionJson = {
  readonly blockHash: Hex | null
  readonly blockNumber: Hex | null
  readonly blockTimestamp: Hex | null
  readonly transactionIndex: Hex | null
  readonly hash: Hex
  readonly type: '0x0' | '0x1' | '0x2' | '0x4'
  readonly chainId: Hex
  readonly nonce: Hex
  readonly from: Hex
  readonly to: Hex | null
  readonly value: Hex
  readonly gas: Hex
  readonly gasPrice: Hex
  readonly maxFeePerGas?: Hex
  readonly maxPriorityFeePerGas?: Hex
  readonly input: Hex
  readonly accessList?: readonly AccessListEntryJson[]
  readonly authorizationList?: readonly AuthorizationJson[]
  readonly yParity?: Hex
  readonly v: Hex
  readonly r: Hex
  readonly s: Hex
}

/** Access list entry. */
export type AccessListEntryJson = {
  readonly address: Hex
  readonly storageKeys: readonly Hex[]
}

/** Authorization. */
export type AuthorizationJson = {
  readonly chainId: Hex
  readonly address: Hex
  readonly nonce: Hex
  readonly yParity: Hex
  readonly r: Hex
  readonly s: Hex
}

/** Header. */
export type HeaderJson = {
  readonly number: Hex
  readonly hash: Hex
  readonly parentHash: Hex
  readonly nonce: Hex
  readonly mixHash: Hex
  readonly sha3Uncles: Hex
  readonly logsBloom: Hex
  readonly transactionsRoot: Hex
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
  readonly miner: Hex
  readonly difficulty: Hex
  readonly extraData: Hex
  readonly gasLimit: Hex
  readonly gasUsed: Hex
  readonly timestamp: Hex
  readonly baseFeePerGas: Hex
  readonly poai: {
    readonly target: Hex
    readonly lossMicroNats: Hex
    readonly transcriptRoot: Hex
    readonly answersRoot?: Hex
    readonly answers?: Hex
  }
}

/** Block number, tag or hash. */
export type BlockNumberTagOrHash = bigint | number | Hex | 'latest' | 'pending' | 'safe' | 'finalized' | 'earliest'

/** Receipt. */
export type ReceiptJson = {
  readonly transactionHash: Hex
  readonly transactionIndex: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
  readonly from: Hex
  readonly to: Hex | null
  readonly type: Hex
  readonly status: '0x0' | '0x1'
  readonly cumulativeGasUsed: Hex
  readonly gasUsed: Hex
  readonly effectiveGasPrice: Hex
  readonly contractAddress: Hex | null
  readonly logs: readonly LogJson[]
  readonly logsBloom: Hex
}

/** Log. */
export type LogJson = {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly blockNumber: Hex
  readonly blockHash: Hex
  readonly transactionHash: Hex
  readonly transactionIndex: Hex
  readonly logIndex: Hex
  readonly removed: boolean
}

/** Call arguments. */
export type CallArguments = {
  readonly from?: Hex
  readonly to?: Hex
  readonly gas?: bigint | number | Hex
  readonly gasPrice?: bigint | number | Hex
  readonly maxFeePerGas?: bigint | number | Hex
  readonly maxPriorityFeePerGas?: bigint | number | Hex
  readonly value?: bigint | number | Hex
  readonly nonce?: bigint | number | Hex
  readonly data?: Hex
  readonly input?: Hex
  readonly accessList?: readonly {
    readonly address?: Hex
    readonly storageKeys?: readonly Hex[]
  }[]
  readonly authorizationList?: readonly {
    readonly chainId?: bigint | number | Hex
    readonly address?: Hex
    readonly nonce?: bigint | number | Hex
    readonly yParity?: bigint | number | Hex
    readonly r?: bigint | number | Hex
    readonly s?: bigint | number | Hex
  }[]
}

/** Filled transaction. */
export type FilledTransactionJson = {
  readonly raw: Hex
  readonly tx: UnsignedTransactionJson
}

/** Unsigned transaction. */
export type UnsignedTransactionJson = {
  readonly type: '0x0' | '0x1' | '0x2' | '0x4'
  readonly chainId: Hex
  readonly nonce: Hex
  readonly to: Hex | null
  readonly value: Hex
  readonly gas: Hex
  readonly gasPrice: Hex
  readonly maxFeePerGas?: Hex
  readonly maxPriorityFeePerGas?: Hex
  readonly input: Hex
  readonly accessList?: readonly AccessListEntryJson[]
  readonly authorizationList?: readonly AuthorizationJson[]
}

/** Storage requests. */
export type StorageRequests = { readonly [key: string]: readonly Hex[] }

/** Storage values. */
export type StorageValues = { readonly [key: string]: readonly Hex[] }

/** Proof. */
export type ProofJson = {
  readonly address: Hex
  readonly accountProof: readonly Hex[]
  readonly balance: Hex
  readonly codeHash: Hex
  readonly nonce: Hex
  readonly storageHash: Hex
  readonly storageProof: readonly StorageProofJson[]
}

/** Storage proof. */
export type StorageProofJson = {
  readonly key: Hex
  readonly value: Hex
  readonly proof: readonly Hex[]
}

/** Account override. */
export type AccountOverride = {
  readonly balance?: bigint | number | Hex
  readonly nonce?: bigint | number | Hex
  readonly code?: Hex
  readonly state?: { readonly [key: string]: Hex }
  readonly stateDiff?: { readonly [key: string]: Hex }
}

/** Block overrides. */
export type BlockOverrides = {
  readonly number?: bigint | number | Hex
  readonly time?: bigint | number | Hex
  readonly gasLimit?: bigint | number | Hex
  readonly feeRecipient?: Hex
  readonly prevRandao?: Hex
  readonly baseFeePerGas?: bigint | number | Hex
}

/** Access list result. */
export type AccessListResultJson = {
  readonly accessList: readonly AccessListEntryJson[]
  readonly gasUsed: Hex
  readonly error?: string
}

/** Simulation. */
export type Simulation = {
  readonly blockStateCalls?: readonly BlockCalls[]
  readonly traceTransfers?: boolean
  readonly validation?: boolean
  readonly returnFullTransactions?: boolean
}

/** Block calls. */
export type BlockCalls = {
  readonly blockOverrides?: BlockOverrides
  readonly stateOverrides?: { readonly [key: string]: AccountOverride }
  readonly calls?: readonly CallArguments[]
}

/** Simulated block. */
export type SimulatedBlockJson = {
  readonly number: Hex
  readonly hash: Hex
  readonly parentHash: Hex
  readonly nonce: Hex
  readonly mixHash: Hex
  readonly sha3Uncles: Hex
  readonly logsBloom: Hex
  readonly transactionsRoot: Hex
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
  readonly miner: Hex
  readonly difficulty: Hex
  readonly extraData: Hex
  readonly gasLimit: Hex
  readonly gasUsed: Hex
  readonly timestamp: Hex
  readonly baseFeePerGas: Hex
  readonly poai: {
    readonly target: Hex
    readonly lossMicroNats: Hex
    readonly transcriptRoot: Hex
    readonly answersRoot?: Hex
    readonly answers?: Hex
  }
  readonly totalDifficulty?: Hex
  readonly size: Hex
  readonly transactions: readonly Hex[] | readonly TransactionJson[]
  readonly uncles: readonly Hex[]
  readonly calls: readonly SimulatedCallJson[]
}

/** Simulated call. */
export type SimulatedCallJson = {
  readonly status: '0x0' | '0x1'
  readonly returnData: Hex
  readonly gasUsed: Hex
  readonly maxUsedGas: Hex
  readonly logs: readonly LogJson[]
  readonly error?: SimulatedErrorJson
}

/** Simulated error. */
export type SimulatedErrorJson = {
  readonly code: number
  readonly message: string
  readonly data?: Hex
}

/** Fee history. */
export type FeeHistoryJson = {
  readonly oldestBlock: Hex
  readonly baseFeePerGas: readonly Hex[]
  readonly gasUsedRatio: readonly number[]
  readonly reward?: readonly (readonly Hex[])[]
}

/** Log question. */
export type LogQuestion = {
  readonly fromBlock?: BlockNumberOrTag
  readonly toBlock?: BlockNumberOrTag
  readonly blockHash?: Hex
  readonly address?: Hex | readonly Hex[] | null
  readonly topics?: readonly (Hex | readonly Hex[] | null)[]
}

/** Syncing. */
export type SyncingJson = {
  readonly startingBlock: Hex
  readonly currentBlock: Hex
  readonly highestBlock: Hex
  readonly poai: SyncDetailsJson
}

/** Sync details. */
export type SyncDetailsJson = {
  readonly state: string
  readonly blocksPerSecond: number
  readonly secondsLeft: number | null
}

/** Configs. */
export type ConfigsJson = {
  readonly current: ForkConfigJson
  readonly next: ForkConfigJson | null
  readonly last: ForkConfigJson | null
}

/** Fork config. */
export type ForkConfigJson = {
  readonly activationTime: number
  readonly blobSchedule: BlobScheduleJson
  readonly chainId: Hex
  readonly forkId: Hex
  readonly precompiles: { readonly [key: string]: Hex }
  readonly systemContracts: { readonly [key: string]: Hex }
}

/** Blob schedule. */
export type BlobScheduleJson = {
  readonly baseFeeUpdateFraction: number
  readonly max: number
  readonly target: number
}

/** Capabilities. */
export type CapabilitiesJson = {
  readonly head: BlockNameJson
  readonly state: KeptSpanJson
  readonly tx: KeptSpanJson
  readonly logs: KeptSpanJson
  readonly receipts: KeptSpanJson
  readonly blocks: KeptSpanJson
  readonly stateproofs: KeptSpanJson
}

/** Block name. */
export type BlockNameJson = {
  readonly number: Hex
  readonly hash: Hex
}

/** Kept span. */
export type KeptSpanJson = {
  readonly disabled: boolean
  readonly oldestBlock?: Hex
  readonly deleteStrategy?: DeleteStrategyJson
}

/** Delete strategy. */
export type DeleteStrategyJson = {
  readonly type: 'window'
  readonly retentionBlocks: Hex
}

/** Pool sizes. */
export type PoolSizesJson = {
  readonly pending: Hex
  readonly queued: Hex
}

/** Pool content. */
export type PoolContentJson = {
  readonly pending: { readonly [key: string]: { readonly [key: string]: TransactionJson } }
  readonly queued: { readonly [key: string]: { readonly [key: string]: TransactionJson } }
}

/** Pool part. */
export type PoolPartJson = {
  readonly pending: { readonly [key: string]: TransactionJson }
  readonly queued: { readonly [key: string]: TransactionJson }
}

/** Pool lines. */
export type PoolLinesJson = {
  readonly pending: { readonly [key: string]: { readonly [key: string]: string } }
  readonly queued: { readonly [key: string]: { readonly [key: string]: string } }
}

/** Exam. */
export type ExamJson = {
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
  readonly quizzes: readonly QuizJson[]
}

/** Quiz. */
export type QuizJson = {
  readonly family: string
  readonly question: string
  readonly expected: string
  readonly answer?: string
  readonly isRight?: boolean
  readonly lossMicroNats?: Hex
  readonly tokens?: readonly ExamTokenJson[]
}

/** Exam token. */
export type ExamTokenJson = {
  readonly expected: string
  readonly given: string
  readonly lossMicroNats: Hex
}

/** Transcript. */
export type TranscriptJson = {
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
export type VerdictJson = {
  readonly block: Hex
  readonly valid: boolean
  readonly code?: string
  readonly reason?: string
  readonly milliseconds: number
}

/** Accuracy. */
export type AccuracyJson = {
  readonly from: Hex
  readonly to: Hex
  readonly families: readonly FamilyScoreJson[]
  readonly blocks: readonly BlockScoreJson[]
}

/** Family score. */
export type FamilyScoreJson = {
  readonly family: string
  readonly asked: number
  readonly right: number
  readonly meanLossMicroNats: Hex
}

/** Block score. */
export type BlockScoreJson = {
  readonly number: Hex
  readonly hash: Hex
  readonly asked: number
  readonly right: number
  readonly lossMicroNats: Hex
}

/** Priced model. */
export type PricedModelJson = {
  readonly name: string
  readonly sha256: Hex
  readonly domain: string
  readonly vectorsSha256: Hex
  readonly format: string
  readonly contextTokens: number
  readonly stopTokens: readonly number[]
  readonly baseGas: Hex
  readonly promptTokenGas: Hex
  readonly outputTokenGas: Hex
  readonly canAnswer: boolean
  readonly state: string
  readonly reason: string | null
}

/** Inference. */
export type InferenceJson = {
  readonly kind: string
  readonly type: string
  readonly depth: number
  readonly from: Hex
  readonly gas: Hex
  readonly gasUsed: Hex
  readonly succeeded: boolean
  readonly isUndone: boolean
  readonly failure?: string
  readonly model?: string
  readonly modelSha256?: Hex
  readonly prompt?: string
  readonly promptData?: Hex
  readonly temperature?: number
  readonly seed?: Hex
  readonly maxTokens?: number
  readonly tokens?: readonly number[]
  readonly text?: string
  readonly textData?: Hex
  readonly root?: Hex
  readonly isRightRoot?: boolean
  readonly firstWrong?: number
}

/** Node status. */
export type NodeStatusJson = {
  readonly version: string
  readonly role: 'miner' | 'validator'
  readonly state: {
    readonly name: string
    readonly detail?: string
  }
  readonly peerId: string | null
  readonly addresses: readonly string[]
  readonly peers: number
  readonly network: {
    readonly name: string
    readonly chainId: number
    readonly genesisHash: Hex
  }
  readonly head: {
    readonly number: number
    readonly hash: Hex
    readonly timestamp: number
    readonly difficulty: string
    readonly totalWork: string
  }
  readonly finality: {
    readonly number: number
    readonly isSettled: boolean
    readonly why: string
  }
  readonly sync: {
    readonly state: string
    readonly currentBlock: number
    readonly highestBlock: number
    readonly blocksPerSecond: number
    readonly secondsLeft: number | null
  } | null
  readonly miner: MinerStatusJson | null
  readonly farm: FarmStatusJson | null
  readonly replays: {
    readonly total: number
    readonly failed: number
    readonly undecided: number
    readonly perSecond: number
  }
  readonly accountIndex: {
    readonly number: number
    readonly tracedFrom: number
  } | null
  readonly reorganisations: {
    readonly count: number
    readonly deepest: number
  }
  readonly blocksImported: number
  readonly orphans: number
  readonly invalidBlocks: number
  readonly mempool: {
    readonly pending: number
    readonly queued: number
    readonly bytes: number
  }
  readonly engine: {
    readonly name: string
    readonly domain: string
    readonly state: string
    readonly program: string | null
    readonly system: string | null
    readonly workers: number
    readonly evaluations: number
    readonly crashes: number
    readonly queued: number
  }
  readonly memoryBytes: number
  readonly uptimeSeconds: number
}

/** Miner status. */
export type MinerStatusJson = {
  readonly state: string
  readonly reason: string | null
  readonly workers: number
  readonly beneficiary: Hex
  readonly attempts: number
  readonly voidAttempts: number
  readonly staleAttempts: number
  readonly staleShare: number
  readonly attemptsPerSecond: number
  readonly tokensPerSecond: number
  readonly effortPercent: number
  readonly blocksFound: number
  readonly blocksAccepted: number
  readonly blocksLost: number
  readonly blocksInvalid: number
  readonly blocksCanonical: number
  readonly rewardsWei: string
  readonly number: number | null
  readonly target: Hex | null
  readonly expectedSecondsToBlock: number | null
  readonly best: {
    readonly number: number
    readonly nonce: Hex
    readonly workHash: Hex
    readonly lossMicroNats: number
  } | null
}

/** Farm status. */
export type FarmStatusJson = {
  readonly workers: number
  readonly attemptsPerSecond: number
  readonly tokensPerSecond: number
  readonly verdicts: { readonly [key: string]: number }
  readonly blocksCanonical: number
  readonly rewardsWei: string
}

/** Network params. */
export type NetworkParamsJson = {
  readonly name: string
  readonly chainId: number
  readonly hardfork: string
  readonly forks?: readonly ForkJson[]
  readonly work: {
    readonly model: string
    readonly modelSha256: Hex
    readonly domain: string
    readonly vectorsSha256: Hex
    readonly epochBlocks: number | string
    readonly exam: {
      readonly format: string
      readonly tokens: number
      readonly answerTokens: number
      readonly minSaltTokens: number
      readonly probes: number
    }
  }
  readonly difficulty: {
    readonly initialTarget: number | string
    readonly easiestTarget: number | string
    readonly spacingSeconds: number
    readonly halfLifeSeconds: number
  }
  readonly time: {
    readonly medianSpan: number
    readonly maxFutureSeconds: number
  }
  readonly gas: {
    readonly initialLimit: number | string
    readonly minLimit: number | string
    readonly limitDivisor: number | string
    readonly elasticity: number | string
    readonly initialBaseFee: number | string
    readonly baseFeeDivisor: number | string
  }
  readonly rewards: {
    readonly initialWei: number | string
    readonly halvingBlocks: number | string
  }
  readonly limits: {
    readonly extraDataBytes: number
    readonly bodyBytes: number
  }
  readonly genesis: {
    readonly timestamp: number | string
    readonly accounts: readonly {
      readonly address: Hex
      readonly balance: number | string
      readonly nonce: number | string
      readonly code: Hex
      readonly storage: readonly {
        readonly key: Hex
        readonly value: number | string
      }[]
    }[]
  }
}

/** Fork. */
export type ForkJson = {
  readonly name: string
  readonly number: number | string
  readonly changes: {
    readonly work?: {
      readonly epochBlocks?: number | string
    }
  }
}

/** Engine. */
export type EngineJson = {
  readonly state: string
  readonly reason: string | null
  readonly model: string
  readonly domain: string
  readonly workers: readonly EngineWorkerJson[]
  readonly queued: {
    readonly verify: number
    readonly build: number
    readonly mine: number
    readonly call: number
  }
  readonly callable: readonly CallableModelJson[]
  readonly evaluations: number
  readonly crashes: number
  readonly systemInfo: string | null
}

/** Engine worker. */
export type EngineWorkerJson = {
  readonly pid: number | null
  readonly state: string
  readonly restarts: number
}

/** Callable model. */
export type CallableModelJson = {
  readonly model: string
  readonly state: string
  readonly reason: string | null
  readonly workers: number
}

/** Peer. */
export type PeerJson = {
  readonly id: string
  readonly role: 'static' | 'bootnode' | 'found'
  readonly score: number
  readonly lastSeenMs: number
  readonly locations: readonly string[]
  readonly connected: boolean
  readonly roundTripMs: number | null
  readonly address?: string
  readonly direction?: 'in' | 'out'
  readonly connectedAtMs?: number
  readonly version?: string
  readonly domain?: string
  readonly head?: {
    readonly number: number
    readonly hash: Hex
    readonly totalWork: string
  }
  readonly services?: {
    readonly allBlocks: boolean
    readonly transactions: boolean
  }
}

/** Work request. */
export type WorkRequest = {
  readonly worker: string
  readonly beneficiary?: Hex | null
  readonly after?: Hex | null
}

/** Work job. */
export type WorkJobJson = {
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
export type WorkSolution = {
  readonly worker: string
  readonly jobId: Hex
  readonly nonce: bigint | number | Hex
  readonly lossMicroNats: bigint | number | Hex
  readonly transcriptRoot: Hex
  readonly block?: Hex | null
}

/** Work answer. */
export type WorkAnswerJson = {
  readonly verdict: string
  readonly blockHash: Hex | null
  readonly rule: string | null
}

/** Rate report. */
export type RateReport = {
  readonly worker: string
  readonly attemptsPerSecond: number
  readonly tokensPerSecond: number
  readonly workers: number
}

/** Bad block. */
export type BadBlockJson = {
  readonly block: BlockJson
  readonly hash: Hex
  readonly rlp: Hex
}

/** Trace options. */
export type TraceOptions = {
  readonly tracer?: string
  readonly tracerConfig?: TracerConfig
  readonly disableStack?: boolean
  readonly enableMemory?: boolean
}

/** Tracer config. */
export type TracerConfig = {
  readonly onlyTopCall?: boolean
  readonly withLog?: boolean
  readonly diffMode?: boolean
  readonly disableCode?: boolean
  readonly disableStorage?: boolean
  readonly includeEmpty?: boolean
  readonly convertParityErrors?: boolean
  readonly includePrecompiles?: boolean
  readonly callTracer?: SingleTracerConfig
  readonly flatCallTracer?: SingleTracerConfig
  readonly prestateTracer?: SingleTracerConfig
  readonly '4byteTracer'?: SingleTracerConfig
  readonly noopTracer?: SingleTracerConfig
}

/** Single tracer config. */
export type SingleTracerConfig = {
  readonly onlyTopCall?: boolean
  readonly withLog?: boolean
  readonly diffMode?: boolean
  readonly disableCode?: boolean
  readonly disableStorage?: boolean
  readonly includeEmpty?: boolean
  readonly convertParityErrors?: boolean
  readonly includePrecompiles?: boolean
}

/** Transaction trace. */
export type TransactionTraceJson = {
  readonly txHash: Hex
  readonly result: JsonValue
}

/** Flat trace. */
export type FlatTraceJson = {
  readonly action: CallActionJson | CreateActionJson | DestroyActionJson
  readonly result: CallResultJson | CreateResultJson | null
  readonly error?: string
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly type: 'call' | 'create' | 'suicide'
  readonly blockHash: Hex
  readonly blockNumber: number
  readonly transactionHash: Hex
  readonly transactionPosition: number
}

/** Call action. */
export type CallActionJson = {
  readonly from: Hex
  readonly to: Hex
  readonly gas: Hex
  readonly input: Hex
  readonly value: Hex
  readonly callType: 'call' | 'callcode' | 'delegatecall' | 'staticcall'
}

/** Create action. */
export type CreateActionJson = {
  readonly from: Hex
  readonly gas: Hex
  readonly init: Hex
  readonly value: Hex
  readonly creationMethod: 'create' | 'create2'
}

/** Destroy action. */
export type DestroyActionJson = {
  readonly address: Hex
  readonly balance: Hex
  readonly refundAddress: Hex
}

/** Call result. */
export type CallResultJson = {
  readonly gasUsed: Hex
  readonly output: Hex
}

/** Create result. */
export type CreateResultJson = {
  readonly gasUsed: Hex
  readonly address: Hex
  readonly code: Hex
}

/** Reward trace. */
export type RewardTraceJson = {
  readonly action: {
    readonly author: Hex
    readonly rewardType: 'block'
    readonly value: Hex
  }
  readonly result: null
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly type: 'reward'
  readonly blockHash: Hex
  readonly blockNumber: number
  readonly transactionHash: null
  readonly transactionPosition: null
}

/** Replay. */
export type ReplayJson = {
  readonly output: Hex
  readonly stateDiff: { readonly [key: string]: AccountDiffJson } | null
  readonly trace: readonly BareTraceJson[]
  readonly vmTrace: null
}

/** Account diff. */
export type AccountDiffJson = {
  readonly balance: '=' | AddedValueJson | RemovedValueJson | ChangedValueJson
  readonly code: '=' | AddedValueJson | RemovedValueJson | ChangedValueJson
  readonly nonce: '=' | AddedValueJson | RemovedValueJson | ChangedValueJson
  readonly storage: { readonly [key: string]: '=' | AddedValueJson | RemovedValueJson | ChangedValueJson }
}

/** Added value. */
export type AddedValueJson = {
  readonly '+': Hex
}

/** Removed value. */
export type RemovedValueJson = {
  readonly '-': Hex
}

/** Changed value. */
export type ChangedValueJson = {
  readonly '*': {
    readonly from: Hex
    readonly to: Hex
  }
}

/** Bare trace. */
export type BareTraceJson = {
  readonly action: CallActionJson | CreateActionJson | DestroyActionJson
  readonly result: CallResultJson | CreateResultJson | null
  readonly error?: string
  readonly subtraces: number
  readonly traceAddress: readonly number[]
  readonly type: 'call' | 'create' | 'suicide'
}

/** Replayed transaction. */
export type ReplayedTransactionJson = {
  readonly output: Hex
  readonly stateDiff: { readonly [key: string]: AccountDiffJson } | null
  readonly trace: readonly BareTraceJson[]
  readonly vmTrace: null
  readonly transactionHash: Hex
}

/** Trace question. */
export type TraceQuestion = {
  readonly fromBlock?: BlockNumberOrTag
  readonly toBlock?: BlockNumberOrTag
  readonly fromAddress?: readonly Hex[]
  readonly toAddress?: readonly Hex[]
  readonly mode?: string
  readonly after?: bigint | number | Hex
  readonly count?: bigint | number | Hex
}

/** Block details. */
export type BlockDetailsJson = {
  readonly block: ShortBlockJson
  readonly issuance: {
    readonly blockReward: Hex
    readonly uncleReward: Hex
    readonly issuance: Hex
  }
  readonly totalFees: Hex
}

/** Short block. */
export type ShortBlockJson = {
  readonly number: Hex
  readonly hash: Hex
  readonly parentHash: Hex
  readonly nonce: Hex
  readonly mixHash: Hex
  readonly sha3Uncles: Hex
  readonly logsBloom: null
  readonly transactionsRoot: Hex
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
  readonly miner: Hex
  readonly difficulty: Hex
  readonly extraData: Hex
  readonly gasLimit: Hex
  readonly gasUsed: Hex
  readonly timestamp: Hex
  readonly baseFeePerGas: Hex
  readonly poai: {
    readonly target: Hex
    readonly lossMicroNats: Hex
    readonly transcriptRoot: Hex
    readonly answersRoot?: Hex
    readonly answers?: Hex
  }
  readonly totalDifficulty?: Hex
  readonly size: Hex
  readonly transactions: readonly Hex[]
  readonly uncles: readonly Hex[]
  readonly transactionCount: number
}

/** Block transactions. */
export type BlockTransactionsJson = {
  readonly fullblock: CountedBlockJson
  readonly receipts: readonly ShortReceiptJson[]
}

/** Counted block. */
export type CountedBlockJson = {
  readonly number: Hex
  readonly hash: Hex
  readonly parentHash: Hex
  readonly nonce: Hex
  readonly mixHash: Hex
  readonly sha3Uncles: Hex
  readonly logsBloom: Hex
  readonly transactionsRoot: Hex
  readonly stateRoot: Hex
  readonly receiptsRoot: Hex
  readonly miner: Hex
  readonly difficulty: Hex
  readonly extraData: Hex
  readonly gasLimit: Hex
  readonly gasUsed: Hex
  readonly timestamp: Hex
  readonly baseFeePerGas: Hex
  readonly poai: {
    readonly target: Hex
    readonly lossMicroNats: Hex
    readonly transcriptRoot: Hex
    readonly answersRoot?: Hex
    readonly answers?: Hex
  }
  readonly totalDifficulty?: Hex
  readonly size: Hex
  readonly transactions: readonly TransactionJson[]
  readonly uncles: readonly Hex[]
  readonly transactionCount: number
}

/** Short receipt. */
export type ShortReceiptJson = {
  readonly transactionHash: Hex
  readonly transactionIndex: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
  readonly from: Hex
  readonly to: Hex | null
  readonly type: Hex
  readonly status: '0x0' | '0x1'
  readonly cumulativeGasUsed: Hex
  readonly gasUsed: Hex
  readonly effectiveGasPrice: Hex
  readonly contractAddress: Hex | null
  readonly logs: null
  readonly logsBloom: null
  readonly timestamp: number
}

/** Found transactions. */
export type FoundTransactionsJson = {
  readonly txs: readonly TransactionJson[]
  readonly receipts: readonly FoundReceiptJson[]
  readonly firstPage: boolean
  readonly lastPage: boolean
}

/** Found receipt. */
export type FoundReceiptJson = {
  readonly transactionHash: Hex
  readonly transactionIndex: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
  readonly from: Hex
  readonly to: Hex | null
  readonly type: Hex
  readonly status: '0x0' | '0x1'
  readonly cumulativeGasUsed: Hex
  readonly gasUsed: Hex
  readonly effectiveGasPrice: Hex
  readonly contractAddress: Hex | null
  readonly logs: readonly LogJson[]
  readonly logsBloom: Hex
  readonly timestamp: number
}

/** Contract creator. */
export type ContractCreatorJson = {
  readonly hash: Hex
  readonly creator: Hex
}

/** Traced call. */
export type TracedCallJson = {
  readonly type: string
  readonly depth: number
  readonly from: Hex
  readonly to: Hex
  readonly value: Hex | null
  readonly input: Hex
  readonly output: Hex
}

/** Internal operation. */
export type InternalOperationJson = {
  readonly type: number
  readonly from: Hex
  readonly to: Hex
  readonly value: Hex
}

/** Node info. */
export type NodeInfoJson = {
  readonly peerId: string | null
  readonly addresses: readonly string[]
  readonly reachability?: {
    readonly verdict: 'public' | 'private' | 'outbound-only' | 'unknown'
    readonly inboundPeers: number
    readonly outboundPeers: number
    readonly inboundPlaces: number
    readonly addresses: readonly {
      readonly address: string
      readonly verified: boolean
      readonly kind: 'transport' | 'observed' | 'configured' | 'mapped'
    }[]
  }
}

/** Ban. */
export type BanJson = {
  readonly target: string
  readonly untilMs: number
  readonly reason: string
}

/** Modules. */
export type Modules = { readonly [key: string]: string }

/** Open rpc document. */
export type OpenRpcDocumentJson = {
  readonly openrpc: string
  readonly info: {
    readonly title: string
    readonly version: string
  }
  readonly methods: readonly {
    readonly name: string
    readonly summary: string
    readonly paramStructure: string
    readonly params: readonly {
      readonly name: string
      readonly required: boolean
      readonly schema: { readonly [key: string]: JsonValue }
    }[]
    readonly result: {
      readonly name: string
      readonly schema: { readonly [key: string]: JsonValue }
    }
  }[]
}
