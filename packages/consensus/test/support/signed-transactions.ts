import { createTransactionCodec, devnet, hexToBytes, type Transaction, type TransactionCodec } from '@poai/core'

/** The devnet's transactions. */
export const transactionCodec: TransactionCodec = createTransactionCodec(devnet.chainId)

function signed(encoded: string): Transaction {
  const bytes = hexToBytes(encoded)
  if (bytes === undefined) throw new RangeError('not hexadecimal')
  return transactionCodec.decode(bytes)
}

/** A transfer of 1 wei by the devnet's first account: nonce 0, gas limit 21,000. */
export const firstTransaction: Transaction = signed(
  '0x02f86e84706f616480843b9aca0084773594008252089470997970c51812dc3a010c7d01b50e0d17dc79c80180c001a0c9b264' +
    '56192187a2302edacb8b4d924368d8270fca0408c4ba82625688c507b9a05fd209cd4e4ba2b059c3d912b60122a297e3105818f5' +
    '1727b62f037d84f45021',
)

/** The same with nonce 1 and gas limit 30,000. */
export const secondTransaction: Transaction = signed(
  '0x02f86e84706f616401843b9aca0084773594008275309470997970c51812dc3a010c7d01b50e0d17dc79c80180c001a03a4e3b' +
    'db2bef5f0b8070867de2cd84c3dc12b4d7d9f662f903c80a7db42fbfc2a072af69a9923f5a13cce1d438df8908a44ed4634ad017' +
    '14ae9861d0a25beeecfe',
)
