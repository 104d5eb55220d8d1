import { concatBytes, type Transaction, uintToBytes } from '@poai/core'
import {
  type BlockPlan,
  type ChainGenerator,
  type GeneratedBlock,
  LOGGER_WALLET,
  signTransaction,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'

/** A transfer and a call that logs and stores, which differ from block to block and from branch to branch. */
export function trafficOf(generator: ChainGenerator, parent: GeneratedBlock, branch: string): BlockPlan {
  const height = Number(parent.context.number)
  const [from, to] = [WALLETS[height % 4], WALLETS[(height + branch.length) % 4]] as [Wallet, Wallet]
  const nonce = parent.state.account(from.address)?.nonce ?? 0n
  const { chainId } = generator.params
  const word = concatBytes(new Uint8Array(31), uintToBytes(BigInt(branch.charCodeAt(0)), 1))
  const transactions: Transaction[] = [
    signTransaction(chainId, from, { nonce, to: to.address, value: BigInt(1000 + height) }),
    signTransaction(chainId, from, { nonce: nonce + 1n, to: LOGGER_WALLET.address, data: word, gasLimit: 100_000n }),
  ]
  return { transactions, header: { beneficiary: WALLETS[branch.length % 4]?.address ?? from.address } }
}

/** So many blocks with traffic. */
export function growWithTraffic(
  generator: ChainGenerator,
  parent: GeneratedBlock,
  { length, branch }: { readonly length: number; readonly branch: string },
): Promise<readonly GeneratedBlock[]> {
  return generator.grow(parent, length, (_, tip) => trafficOf(generator, tip, branch))
}
