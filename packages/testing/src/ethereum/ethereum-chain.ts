import { createBlock } from '@ethereumjs/block'
import {
  type Common,
  type CustomCrypto,
  createCustomCommon,
  Hardfork as EvmHardfork,
  Mainnet,
} from '@ethereumjs/common'
import { createMPT, type MPTOpts } from '@ethereumjs/mpt'
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager'
import { createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import { Account, Address as EvmAddress, ValueEncoding } from '@ethereumjs/util'
import { createVM, runBlock, type VM } from '@ethereumjs/vm'
import { bytesToHex, type GenesisAccount, type Hardfork, type Receipt, type Transaction, uintToBytes } from '@poai/core'
import type { BlockEnvironment, BlockHashLookup } from '@poai/execution'
import type { LevelTrieStore } from './level-trie-store.ts'

/** The outcome of a block, by EthereumJS. */
export interface EthereumOutcome {
  readonly stateRoot: Uint8Array
  readonly receiptsRoot: Uint8Array
  readonly logsBloom: Uint8Array
  readonly gasUsed: bigint
  readonly receipts: readonly Pick<Receipt, 'cumulativeGasUsed' | 'logs' | 'logsBloom' | 'status'>[]
}

/** A block for EthereumJS. */
export interface EthereumBlock {
  readonly environment: BlockEnvironment
  readonly transactions: readonly Transaction[]
  readonly reward: bigint
}

/** The same with transactions as EthereumJS knows them. */
export interface ParsedEthereumBlock extends Omit<EthereumBlock, 'transactions'> {
  readonly transactions: readonly TypedTransaction[]
}

const GWEI = 1_000_000_000n
const ZERO_HASH = new Uint8Array(32)

/** Where it differs from EthereumJS's defaults. */
export interface EthereumChainOptions {
  readonly chainId: bigint
  /** Default: cancun. */
  readonly hardfork?: Hardfork
  /** Another cryptography than EthereumJS's own. */
  readonly crypto?: CustomCrypto
  /** Where its trie is kept. Default: in memory. */
  readonly database?: LevelTrieStore
}

/**
 * Stock EthereumJS: its VM on its Merkle state with its caches and its own cryptography. Only proofs about blobs are
 * refused as we do.
 */
export class EthereumChain {
  readonly common: Common
  private readonly vm: VM
  private readonly blockHash: BlockHashLookup

  private constructor(common: Common, vm: VM, blockHash: BlockHashLookup) {
    this.common = common
    this.vm = vm
    this.blockHash = blockHash
  }

  static async create(
    accounts: readonly GenesisAccount[],
    blockHash: BlockHashLookup,
    options: EthereumChainOptions,
  ): Promise<EthereumChain> {
    const common = createCommon(options)
    const stateManager = new MerkleStateManager({
      common,
      trie: await createMPT({ useKeyHashing: true, common, ...storeOf(options) }),
      caches: new Caches(),
    })
    const hashOf = (number: number): { hash(): Uint8Array } => ({ hash: () => blockHash(BigInt(number)) ?? ZERO_HASH })
    const blockchain = {
      getBlock: (number: number) => Promise.resolve(hashOf(number)),
      putBlock: () => Promise.resolve(),
      shallowCopy: () => blockchain,
    }
    const vm = await createVM({ common, stateManager, blockchain: blockchain as never })
    await stateManager.checkpoint()
    for (const { address, balance, nonce, code, storage } of accounts) {
      const owner = new EvmAddress(address)
      await stateManager.putAccount(owner, new Account(nonce, balance))
      if (code.length > 0) await stateManager.putCode(owner, code)
      for (const { key, value } of storage)
        await stateManager.putStorage(owner, key, withoutZeros(uintToBytes(value, 32)))
    }
    await stateManager.commit()
    await stateManager.flush()
    return new EthereumChain(common, vm, blockHash)
  }

  stateRoot(): Promise<Uint8Array> {
    return this.vm.stateManager.getStateRoot()
  }

  /** Executes a block of transactions of ours. */
  execute({ environment, transactions, reward }: EthereumBlock): Promise<EthereumOutcome> {
    const parsed = transactions.map(({ bytes }) => createTxFromRLP(bytes, { common: this.common }))
    return this.executeParsed({ environment, transactions: parsed, reward })
  }

  /** The reward is paid as a withdrawal, which comes at the same place: after all transactions. */
  async executeParsed({ environment, transactions, reward }: ParsedEthereumBlock): Promise<EthereumOutcome> {
    const { number, timestamp, beneficiary, gasLimit, baseFeePerGas, prevRandao } = environment
    if (reward % GWEI !== 0n) throw new RangeError('withdrawals are in gwei')
    const withdrawal = { index: 0n, validatorIndex: 0n, address: beneficiary, amount: reward / GWEI }
    const block = createBlock(
      {
        header: {
          parentHash: this.blockHash(number - 1n) ?? ZERO_HASH,
          number,
          timestamp,
          coinbase: new EvmAddress(beneficiary),
          gasLimit,
          baseFeePerGas,
          mixHash: prevRandao,
          parentBeaconBlockRoot: ZERO_HASH,
        },
        withdrawals: reward === 0n ? [] : [withdrawal],
      },
      { common: this.common, skipConsensusFormatValidation: true },
    )
    block.transactions.push(...transactions)
    const result = await runBlock(this.vm, {
      block,
      generate: true,
      skipBlockValidation: true,
      skipHeaderValidation: true,
    })
    return {
      stateRoot: result.stateRoot,
      receiptsRoot: result.receiptsRoot,
      logsBloom: result.logsBloom,
      gasUsed: result.gasUsed,
      receipts: result.receipts.map((receipt) => ({
        status: 'status' in receipt ? Number(receipt.status) : -1,
        cumulativeGasUsed: receipt.cumulativeBlockGasUsed,
        logsBloom: receipt.bitvector as Receipt['logsBloom'],
        logs: receipt.logs.map(([address, topics, data]) => ({ address, topics, data })) as unknown as Receipt['logs'],
      })),
    }
  }
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0)
  return first === -1 ? new Uint8Array(0) : bytes.slice(first)
}

/**
 * What each rule set adds to Cancun. Osaka by its parts, since EthereumJS's whole one wants what we leave out: requests
 * of validators, blobs.
 */
const EIPS: Readonly<Record<Hardfork, readonly number[]>> = {
  cancun: [7823, 7883],
  osaka: [2537, 2935, 7623, 7702, 7823, 7825, 7883, 7939, 7951],
}

/** A rule set as EthereumJS knows it, without proofs about blobs. */
function createCommon({ chainId, hardfork = 'cancun', crypto = {} }: EthereumChainOptions): Common {
  const kzg = { verifyProof: (): boolean => false } as unknown as NonNullable<Common['customCrypto']['kzg']>
  return createCustomCommon({ chainId: Number(chainId) }, Mainnet, {
    hardfork: EvmHardfork.Cancun,
    eips: [...EIPS[hardfork]],
    customCrypto: { ...crypto, kzg },
  })
}

function storeOf({ database }: EthereumChainOptions): Pick<MPTOpts, 'db' | 'valueEncoding'> {
  return database === undefined ? {} : { db: database, valueEncoding: ValueEncoding.Bytes }
}

/** For messages of failed comparisons. */
export function describeReceipts(receipts: EthereumOutcome['receipts']): readonly string[] {
  return receipts.map(({ status, cumulativeGasUsed, logs }) => {
    const entries = logs.map(({ address, topics, data }) =>
      [address, ...topics, data].map((part) => bytesToHex(part)).join(' '),
    )
    return [`status ${status}, gas ${cumulativeGasUsed}`, ...entries].join('\n  ')
  })
}
