// Makes the chain of the recorded database: node --conditions=source packages/node/test/recorded/record-chain.ts
//
// Only a change of the protocol is a reason to run it again: a database must be read and written as it always was.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createBlockCodecs,
  createTransactionCodec,
  genesisHash,
  hex,
  networkParamsToJson,
  type Transaction,
} from '@poai/core'
import { writeChainFile } from '@poai/storage'
import { openBenchEngine } from '@poai/testing/bench-engine'
import {
  type BlockPlan,
  ChainGenerator,
  type GeneratedBlock,
  LOGGER_WALLET,
  signTransaction,
  testNetwork,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'

const LENGTH = 20
/** The branch leaves the chain after this block, and ends higher. */
const FORK = 14
const BRANCH_LENGTH = 8

/** Init code that stores 1 in slot 0 and leaves code that would clear it: SSTORE(0, 0). */
const CREATES_CONTRACT = hex('0x60016000556004600f5f3960045ff35f5f5500')
const GAS = 200_000n
const VECTORS = join(import.meta.dirname, 'vectors')
const [alice, bob, carol, dave] = WALLETS as readonly [Wallet, Wallet, Wallet, Wallet]

/**
 * What is in a block: a transfer in each, and by turns a call that logs, a contract, and a call that runs out of gas.
 */
function planOf(number: number, transferred: bigint): BlockPlan {
  const sign = (wallet: Wallet, plan: Parameters<typeof signTransaction>[2]): Transaction =>
    signTransaction(testNetwork.chainId, wallet, plan)
  const transactions = [sign(alice, { nonce: BigInt(number - 1), to: bob.address, value: transferred })]
  const turn = BigInt(Math.floor((number - 1) / 4))
  if (number % 4 === 1) {
    const data = new Uint8Array(32).fill(number)
    transactions.push(sign(bob, { nonce: turn, to: LOGGER_WALLET.address, data, gasLimit: GAS }))
  }
  if (number % 4 === 2)
    transactions.push(sign(carol, { nonce: turn, to: undefined, data: CREATES_CONTRACT, gasLimit: GAS }))
  if (number % 4 === 3) transactions.push(sign(dave, { nonce: turn, to: LOGGER_WALLET.address, gasLimit: 25_000n }))
  return { transactions }
}

const codecs = createBlockCodecs(createTransactionCodec(testNetwork.chainId))

async function write(name: string, blocks: readonly GeneratedBlock[]): Promise<void> {
  const [first, last] = [blocks[0]?.block.header.number ?? 0n, blocks.at(-1)?.block.header.number ?? 0n]
  await writeChainFile(join(VECTORS, name), {
    codecs,
    label: { network: testNetwork.name, genesisHash: genesisHash(testNetwork), first, last },
    blocks: async function* () {
      yield* blocks.map(({ block }) => block)
    },
  })
}

const bench = await openBenchEngine()
const generator = new ChainGenerator({ evaluator: bench.engine })
const chain = await generator.grow(generator.genesis, LENGTH, (index) => planOf(index + 1, 1n))
const fork = chain[FORK - 1] as GeneratedBlock
const branch = await generator.grow(fork, BRANCH_LENGTH, (index) => planOf(FORK + 1 + index, 2n))
await bench.close()
await writeFile(join(VECTORS, 'network.json'), `${JSON.stringify(networkParamsToJson(testNetwork), null, 2)}\n`)
await write('chain.poai', chain)
await write('branch.poai', branch)
