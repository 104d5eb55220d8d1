import { claimedWorkHash, medianTimestamp, meetsTarget, type RuleStage } from '@poai/consensus'
import {
  BLOOM_BYTES,
  type Block,
  type Body,
  concatBytes,
  createTransactionCodec,
  decodeRlp,
  encodeRlp,
  type Header,
  hash32,
  MAX_GAS_LIMIT,
  type RlpItem,
  type RuleCode,
  type SealedHeader,
  type Transaction,
  toBloom,
  transactionsRoot,
  uintToBytes,
} from '@poai/core'
import type { ChainGenerator, GeneratedBlock } from './chain-generator.ts'
import { CODED_WALLET, WALLETS } from './test-network.ts'
import { signTransaction, type TransactionPlan, type Wallet } from './wallets.ts'

/** A block that breaks one rule and keeps all that are tried before it. */
export interface InvalidBlock {
  readonly code: RuleCode
  readonly stage: RuleStage | 'senders'
  readonly block: Block
}

interface Recipe {
  readonly stage: InvalidBlock['stage']
  readonly make: (generator: ChainGenerator, parent: GeneratedBlock) => Promise<Block>
}

/** Work on a header that lies. */
function lyingHeader(
  stage: InvalidBlock['stage'],
  lie: (header: SealedHeader, parent: GeneratedBlock, generator: ChainGenerator) => Partial<SealedHeader>,
): Recipe {
  return {
    stage,
    make: async (generator, parent) => {
      const { block } = await generator.child(parent)
      const header = { ...block.header, ...lie(block.header, parent, generator) }
      return { ...block, header: await generator.seal(header, parent.context) }
    },
  }
}

/** Work on a header that stands for its body and for nothing else. */
function badBody(
  stage: InvalidBlock['stage'],
  transactionsOf: (generator: ChainGenerator, parent: GeneratedBlock) => readonly Transaction[],
): Recipe {
  return {
    stage,
    make: async (generator, parent) => {
      const transactions = transactionsOf(generator, parent)
      const empty = generator.emptyHeader(parent)
      const header = { ...empty, transactionsRoot: transactionsRoot(transactions) }
      return { header: await generator.seal(header, parent.context), body: { transactions } }
    },
  }
}

/** A seal that was changed after the work, until the claim meets the target again. */
function forgedSeal(change: (header: Header, round: bigint) => Header): Recipe {
  return {
    stage: 'replay',
    make: async (generator, parent) => {
      const { block } = await generator.child(parent)
      for (let round = 1n; ; round++) {
        const header = change(block.header, round)
        if (meetsTarget(claimedWorkHash(header), header.target)) return { ...block, header }
      }
    },
  }
}

function flipLastBit<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  return bytes.with(bytes.length - 1, (bytes.at(-1) as number) ^ 1) as Bytes
}

const [alice, bob] = WALLETS as readonly [Wallet, Wallet]

/** A transfer by alice that would do in the next block, but for what the plan changes. */
function transfer(
  generator: ChainGenerator,
  parent: GeneratedBlock,
  plan: Partial<TransactionPlan> = {},
  wallet: Wallet = alice,
): Transaction {
  const nonce = parent.state.account(wallet.address)?.nonce ?? 0n
  return signTransaction(generator.params.chainId, wallet, { nonce, to: bob.address, ...plan })
}

/** r that is the x of no point of the curve: nobody can have signed with it. */
const R_OF_NO_POINT = 5

/** Where r stands in a transaction of type 2 (EIP-1559). */
const R_MEMBER = 10

function unsigned(chainId: bigint, { bytes }: Transaction): Transaction {
  const members = [...(decodeRlp(bytes.subarray(1)) as readonly RlpItem[])]
  members[R_MEMBER] = Uint8Array.of(R_OF_NO_POINT)
  return createTransactionCodec(chainId).decode(concatBytes(bytes.subarray(0, 1), encodeRlp(members)))
}

const RECIPES: Readonly<Partial<Record<RuleCode, Recipe>>> = {
  HEADER_NUMBER_RANGE: lyingHeader('header-alone', () => ({ number: 0n })),
  HEADER_EXTRA_DATA_SIZE: lyingHeader('header-alone', () => ({ extraData: new Uint8Array(33) })),
  HEADER_TARGET_RANGE: lyingHeader('header-alone', (_, __, { params }) => ({
    target: params.difficulty.easiestTarget + 1n,
  })),
  HEADER_GAS_LIMIT_RANGE: lyingHeader('header-alone', () => ({ gasLimit: MAX_GAS_LIMIT + 1n })),
  HEADER_GAS_USED_RANGE: lyingHeader('header-alone', ({ gasLimit }) => ({ gasUsed: gasLimit + 1n })),
  HEADER_NUMBER_SEQUENCE: lyingHeader('header-in-context', ({ number }) => ({ number: number + 1n })),
  HEADER_TIMESTAMP_PAST: lyingHeader('header-in-context', (_, { context }) => ({
    timestamp: medianTimestamp(context.recentTimestamps),
  })),
  HEADER_TARGET_SCHEDULE: lyingHeader('header-in-context', ({ target }) => ({ target: target + 1n })),
  HEADER_GAS_LIMIT_STEP: lyingHeader('header-in-context', ({ gasLimit }) => ({
    gasLimit: gasLimit - gasLimit / 1024n,
  })),
  HEADER_BASE_FEE: lyingHeader('header-in-context', ({ baseFeePerGas }) => ({ baseFeePerGas: baseFeePerGas + 1n })),
  // An hour after a chain on schedule; whoever imports must have a clock that is near the chain's time.
  HEADER_TIMESTAMP_FUTURE: lyingHeader('header-in-context', ({ timestamp }) => ({ timestamp: timestamp + 3600n })),
  WORK_CLAIM_ABOVE_TARGET: {
    stage: 'work-claim',
    make: async (generator, parent) => {
      const { block } = await generator.child(parent)
      for (let nonce = 0n; ; nonce++) {
        const header = { ...block.header, nonce }
        if (!meetsTarget(claimedWorkHash(header), header.target)) return { ...block, header }
      }
    },
  },
  BODY_TRANSACTIONS_ROOT: {
    stage: 'body',
    make: async (generator, parent) => {
      const { block } = await generator.child(parent)
      const body: Body = { transactions: [transfer(generator, parent)] }
      return { ...block, body }
    },
  },
  BODY_SIZE: badBody('body', (generator, parent) => {
    const data = new Uint8Array(100_000)
    return [alice, bob].map((wallet) => transfer(generator, parent, { data, gasLimit: 500_000n }, wallet))
  }),
  BODY_TRANSACTION_REPEATED: badBody('body', (generator, parent) => {
    const transaction = transfer(generator, parent)
    return [transaction, transaction]
  }),
  BODY_TRANSACTION_GAS: badBody('body', (generator, parent) => [
    transfer(generator, parent, { gasLimit: parent.context.gasLimit + 1n }),
  ]),
  TRANSACTION_SIGNATURE: badBody('senders', (generator, parent) => [
    unsigned(generator.params.chainId, transfer(generator, parent)),
  ]),
  WORK_TRANSCRIPT_MISMATCH: forgedSeal((header, round) => ({
    ...header,
    transcriptRoot: hash32(uintToBytes(round, 8)),
  })),
  WORK_LOSS_MISMATCH: forgedSeal((header, round) => ({ ...header, lossMicroNats: header.lossMicroNats + round })),
  // The test network begins with Cancun, which does not know delegation.
  EXECUTION_TRANSACTION_TYPE: badBody('execution', (generator, parent) => [
    transfer(generator, parent, {
      gasLimit: 50_000n,
      authorizations: [{ wallet: bob, address: alice.address, nonce: 0n }],
    }),
  ]),
  EXECUTION_NONCE: badBody('execution', (generator, parent) => {
    const { nonce } = transfer(generator, parent)
    return [transfer(generator, parent, { nonce: nonce + 1n })]
  }),
  EXECUTION_FUNDS: badBody('execution', (generator, parent) => [transfer(generator, parent, { value: 10n ** 24n })]),
  EXECUTION_FEE_BELOW_BASE: badBody('execution', (generator, parent) => [
    transfer(generator, parent, { maxFeePerGas: 1n, maxPriorityFeePerGas: 1n }),
  ]),
  EXECUTION_INTRINSIC_GAS: badBody('execution', (generator, parent) => [
    transfer(generator, parent, { gasLimit: 20_999n }),
  ]),
  EXECUTION_BLOCK_GAS: badBody('execution', (generator, parent) =>
    [alice, bob].map((wallet, index) =>
      transfer(generator, parent, { gasLimit: index === 0 ? 21_000n : parent.context.gasLimit }, wallet),
    ),
  ),
  EXECUTION_SENDER_CODE: badBody('execution', (generator, parent) => [transfer(generator, parent, {}, CODED_WALLET)]),
  EXECUTION_GAS_USED: lyingHeader('execution', () => ({ gasUsed: 1n })),
  EXECUTION_RECEIPTS_ROOT: lyingHeader('execution', ({ receiptsRoot }) => ({
    receiptsRoot: flipLastBit(receiptsRoot),
  })),
  EXECUTION_LOGS_BLOOM: lyingHeader('execution', () => ({ logsBloom: toBloom(new Uint8Array(BLOOM_BYTES).fill(1)) })),
  EXECUTION_STATE_ROOT: lyingHeader('execution', ({ stateRoot }) => ({ stateRoot: flipLastBit(stateRoot) })),
}

/** The rules that {@link invalidBlock} knows a block against. */
export const INVALID_BLOCK_CODES: readonly RuleCode[] = Object.keys(RECIPES) as RuleCode[]

/** A child of `parent` that breaks that rule. */
export async function invalidBlock(
  generator: ChainGenerator,
  parent: GeneratedBlock,
  code: RuleCode,
): Promise<InvalidBlock> {
  const recipe = RECIPES[code]
  if (recipe === undefined) throw new RangeError(`no block is known that breaks ${code}`)
  const { stage, make } = recipe
  return { code, stage, block: await make(generator, parent) }
}
