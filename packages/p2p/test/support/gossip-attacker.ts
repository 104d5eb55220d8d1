// An attacker in a process of its own: signs transactions that nobody can pay, waits for a word of its parent, and
// sends them to the victim by gossip, under new names as long as it is let in. Tells what it sent and what became of
// its names.
import { genesisHash } from '@poai/core'
import { signTransaction, testWallet } from '@poai/testing/chain'
import { topicName } from '../../src/topics/topic-name.ts'
import { transactionBatchCodec } from '../../src/transactions/transaction-batch.ts'
import { pause } from './attacks/attack-steps.ts'
import { seededRandom } from './cluster.ts'
import { clusterNetwork } from './cluster-network.ts'
import { type HostileClient, startHostileClient } from './hostile-client.ts'

/** What the parent asks for. */
export interface GossipAssault {
  readonly victim: string
  /** The first three numbers of the loopback addresses that the victim sees. */
  readonly network: string
  /** False: not a word of a handshake. */
  readonly greets: boolean
  /** 0: get ready, and say so. */
  readonly seconds: number
}

/** What came of it. */
export interface GossipBooty {
  readonly sent: number
  readonly bytes: number
  readonly names: number
  /** Names whose connection the victim closed, or did not take. */
  readonly cutOff: number
}

/** Nothing of what was refused is remembered, so these do for any number of messages, each with others of them. */
const TRANSACTIONS = 1024
const BATCH = 64
const MAX_NAMES = 12
const NAMES_PER_ADDRESS = 4
/** Three megabytes a second: the first measurement's whole attack in one. */
const BATCHES_AT_ONCE = 4
/** At least so many transactions, however slow the machine is: well above what may come before a handshake. */
const MIN_SENT = 160 * BATCH
const PAUSE_MS = 10

const params = clusterNetwork()
const topic = topicName(genesisHash(params), 'transactions')

const random = seededRandom(7)

function sign(): readonly Uint8Array[] {
  const to = testWallet('nobody').address
  return Array.from({ length: TRANSACTIONS }, (_, index) => {
    const poor = testWallet(`poor ${Math.floor(index / BATCH)}`)
    return signTransaction(params.chainId, poor, { nonce: BigInt(index % BATCH), to }).bytes
  })
}

function draw(transactions: readonly Uint8Array[]): Uint8Array {
  const drawn = Array.from({ length: BATCH }, () => transactions[Math.floor(random() * TRANSACTIONS)] as Uint8Array)
  return transactionBatchCodec.encode(drawn)
}

/** Rejects when the victim has closed the connection. */
async function turnedAway(client: HostileClient): Promise<void> {
  while (client.isConnected) await pause(PAUSE_MS)
  throw new Error('turned away')
}

async function enter({ victim, greets, network }: GossipAssault, name: number): Promise<HostileClient | undefined> {
  const from = `${network}.${1 + Math.floor(name / NAMES_PER_ADDRESS)}`
  const client = await startHostileClient({ params, victim, from })
  try {
    await (greets ? client.greet() : client.connect())
    await Promise.race([client.joinTopic(topic), turnedAway(client)])
    return client
  } catch {
    await client.close()
    return undefined
  }
}

async function attack(assault: GossipAssault, transactions: readonly Uint8Array[]): Promise<GossipBooty> {
  const end = performance.now() + assault.seconds * 1000
  const counts = { sent: 0, bytes: 0, names: 0, cutOff: 0 }
  const goesOn = (): boolean => performance.now() < end || counts.sent < MIN_SENT
  while (goesOn() && counts.names < MAX_NAMES) {
    const client = await enter(assault, counts.names)
    counts.names++
    while (client?.isConnected === true && goesOn()) {
      for (let count = 0; count < BATCHES_AT_ONCE; count++) {
        const batch = draw(transactions)
        await client.publish(topic, batch).catch(() => undefined)
        counts.sent += BATCH
        counts.bytes += batch.length
      }
      await pause(PAUSE_MS)
    }
    if (client?.isConnected !== true) counts.cutOff++
    await client?.close()
  }
  return counts
}

let transactions: readonly Uint8Array[] = []
process.on('disconnect', () => process.exit(0))
process.on('message', (assault: GossipAssault) => {
  if (transactions.length === 0) transactions = sign()
  if (assault.seconds === 0) process.send?.('ready')
  else void attack(assault, transactions).then((booty) => process.send?.(booty))
})
