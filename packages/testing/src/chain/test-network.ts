import { bytesToHex, devnet, hexToBytes, type NetworkParams } from '@poai/core'
import { calllessDevnet } from './callless-devnet.ts'
import { testWallet, type Wallet } from './wallets.ts'

/** Accounts that are rich from the first block on. */
export const WALLETS: readonly Wallet[] = ['alice', 'bob', 'carol', 'dave'].map(testWallet)

/** Has a key and code: nothing that it signs can be in a block (EIP-3607). */
export const CODED_WALLET: Wallet = testWallet('a contract with a key')

/**
 * Code that logs the word that it is called with, under itself as the topic, and counts its calls in slot 0:
 * MSTORE(0, CALLDATALOAD(0)); LOG1(0, 32, CALLDATALOAD(0)); SSTORE(0, SLOAD(0) + 1).
 */
const LOGGER_CODE = '0x60003560005260003560206000a1600054600101600055'

/** A contract of the test network that logs and stores. */
export const LOGGER_WALLET: Wallet = testWallet('a contract that logs')

function bytesOf(text: string): Uint8Array {
  const bytes = hexToBytes(text)
  if (bytes === undefined) throw new RangeError('not hexadecimal')
  return bytes
}

/**
 * The devnet with four attempts a block, so that generated chains have targets that can be missed, and with limits that
 * a test can break; epochs and halvings come within a few blocks. Contracts call no models.
 */
export const testNetwork: NetworkParams = {
  ...calllessDevnet,
  name: 'generated',
  // The older rule set: networks of users begin with the newer one.
  hardfork: 'cancun',
  gas: { ...devnet.gas, initialLimit: 30_000_000n },
  work: { ...devnet.work, epochBlocks: 8n },
  difficulty: { ...devnet.difficulty, initialTarget: 1n << 254n, easiestTarget: 1n << 255n },
  time: { medianSpan: 5, maxFutureSeconds: 15 },
  rewards: { ...devnet.rewards, halvingBlocks: 64n },
  limits: { extraDataBytes: 32, bodyBytes: 160_000 },
  genesis: {
    ...devnet.genesis,
    accounts: [
      ...WALLETS.map(({ address }) => ({
        address,
        balance: 10n ** 21n,
        nonce: 0n,
        code: new Uint8Array(0),
        storage: [],
      })),
      { address: CODED_WALLET.address, balance: 10n ** 21n, nonce: 1n, code: Uint8Array.of(0), storage: [] },
      { address: LOGGER_WALLET.address, balance: 0n, nonce: 1n, code: bytesOf(LOGGER_CODE), storage: [] },
    ].sort((a, b) => (bytesToHex(a.address) < bytesToHex(b.address) ? -1 : 1)),
  },
}
