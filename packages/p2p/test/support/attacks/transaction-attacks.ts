import { concatBytes, createTransactionCodec, decodeRlp, encodeRlp, genesisHash, type RlpItem } from '@poai/core'
import { signTransaction, testWallet, WALLETS } from '@poai/testing/chain'
import { topicName } from '../../../src/topics/topic-name.ts'
import { transactionBatchCodec } from '../../../src/transactions/transaction-batch.ts'
import type { Attack, AttackScene } from './attack.ts'
import { pause, repeatUntilBanned } from './attack-steps.ts'

/** Batches of transactions whose signatures recover nobody. */
export const invalidTransactions: Attack = {
  name: 'transactions that nobody signed',
  run: (scene) =>
    repeatUntilBanned(scene, async (client, round) => {
      const topic = topicName(genesisHash(scene.params), 'transactions')
      await client.joinTopic(topic)
      const transactions = Array.from({ length: 64 }, (_, index) => unsigned(scene, round * 64 + index))
      await client.publish(topic, transactionBatchCodec.encode(transactions))
    }),
}

/** Well signed transactions that nobody can pay. */
export const worthlessTransactions: Attack = {
  name: 'transactions of senders without money',
  run: async (scene) => {
    const topic = topicName(genesisHash(scene.params), 'transactions')
    const client = await scene.start()
    await client.greet()
    await client.joinTopic(topic)
    const poor = testWallet('a hostile sender')
    const [alice] = WALLETS
    let sent = 0
    for (; sent < scene.tries && client.isConnected; ) {
      const batch = Array.from({ length: 32 }, (_, index) =>
        signTransaction(scene.params.chainId, poor, {
          nonce: BigInt(sent + index),
          to: alice?.address ?? poor.address,
        }),
      )
      await client.publish(topic, transactionBatchCodec.encode(batch.map(({ bytes }) => bytes)))
      sent += batch.length
      await pause(5)
    }
    return `${sent} transactions, connection ${client.isConnected ? 'stands' : 'closed'}`
  },
}

/** r that is the x of no point of the curve: nobody can have signed with it. */
const R_OF_NO_POINT = 5
/** Where r stands in a transaction of type 2 (EIP-1559). */
const R_MEMBER = 10

function unsigned({ params }: AttackScene, nonce: number): Uint8Array {
  const [alice] = WALLETS
  if (alice === undefined) throw new RangeError('there is a wallet')
  const { bytes } = signTransaction(params.chainId, alice, { nonce: BigInt(nonce), to: alice.address })
  const members = [...(decodeRlp(bytes.subarray(1)) as readonly RlpItem[])]
  members[R_MEMBER] = Uint8Array.of(R_OF_NO_POINT)
  const forged = concatBytes(bytes.subarray(0, 1), encodeRlp(members))
  // The codec takes it: only the signature tells.
  createTransactionCodec(params.chainId).decode(forged)
  return forged
}
