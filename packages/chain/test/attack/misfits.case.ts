import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex, type NetworkParams } from '@poai/core'
import { signTransaction, testNetwork, testWallet, type Wallet } from '@poai/testing/chain'
import type { StrangerCase } from '@poai/testing/strangers'
import { openChainFixture } from '../support/chain-fixture.ts'

const GWEI = 1_000_000_000n
const HONEST = 128
const LEAST_INCLUDED = 120
/** More than any count of misfits in a row that a template ever allowed; in full, nearly all of a pool. */
const MISFITS = { test: 66, full: 4_900 } as const

function walletsOf(what: string, count: number): readonly Wallet[] {
  return Array.from({ length: count }, (_, index) => testWallet(`${what} ${index}`))
}

/** The test network with more rich accounts. */
function networkOf(wallets: readonly Wallet[]): NetworkParams {
  const rich = wallets.map(({ address }) => ({
    ...{ address, balance: 10n ** 21n, nonce: 0n, code: new Uint8Array(0) },
    storage: [],
  }))
  const accounts = [...testNetwork.genesis.accounts, ...rich]
  return {
    ...testNetwork,
    genesis: {
      ...testNetwork.genesis,
      accounts: accounts.sort((a, b) => (bytesToHex(a.address) < bytesToHex(b.address) ? -1 : 1)),
    },
  }
}

/**
 * Transfers that offer the block's whole gas limit at a better tip: no two of them fit into one block by their limits.
 */
export const stranger: StrangerCase = {
  name: 'misfits',
  attack: 'accounts offer transfers with the gas limit of a whole block at a slightly better tip',
  before: '66 accounts: 1 of 128 honest transactions in the block',
  bound: `at least ${LEAST_INCLUDED} of ${HONEST} honest transactions in the block`,
  run: async (size) => {
    const honest = walletsOf('honest', HONEST)
    const hostile = walletsOf('hostile', MISFITS[size])
    const params = networkOf([...honest, ...hostile])
    const directory = await mkdtemp(join(tmpdir(), 'poai-misfits-'))
    const { chain, close } = await openChainFixture({ directory, params })
    try {
      const { gasLimit } = chain.head()
      const [target] = honest
      const plan = { nonce: 0n, to: target?.address }
      const sign = (wallet: Wallet, tip: bigint, limit: bigint): ReturnType<typeof signTransaction> =>
        signTransaction(params.chainId, wallet, { ...plan, maxPriorityFeePerGas: tip, gasLimit: limit })
      const offered = [
        ...hostile.map((wallet) => sign(wallet, GWEI + 1n, gasLimit)),
        ...honest.map((wallet) => sign(wallet, GWEI, 21_000n)),
      ]
      for (const transaction of offered) await chain.mempool.add(transaction)
      const begun = performance.now()
      const { body } = await chain.templates.build({
        beneficiary: testWallet('miner').address,
        extraData: new Uint8Array(0),
        nowSeconds: testNetwork.genesis.timestamp + 5n,
        gasLimitGoal: gasLimit,
      })
      const included = body.transactions.filter(({ gasLimit: limit }) => limit === 21_000n).length
      return {
        measured: `${included} of ${HONEST} beside ${hostile.length} misfits, built in ${(performance.now() - begun).toFixed(0)} ms`,
        holds: included >= LEAST_INCLUDED,
      }
    } finally {
      await close()
      await rm(directory, { recursive: true })
    }
  },
}
