import { type Address, type Block, type Hash32, invariant, type Receipt, type Transaction } from '@poai/core'
import { createdAddress, type Execution, type Pause, prevRandaoOf, type StateReader } from '@poai/execution'
import { type IndexedBlock, ROLES } from '@poai/storage'
import { TouchCollector, type Touches } from './touch-collector.ts'

/** A block of the chain, and who signed its transactions. */
export interface SentBlock {
  readonly hash: Hash32
  readonly block: Block
  readonly senders: readonly Address[]
}

export interface TraceTools {
  readonly execution: Pick<Execution, 'watchBlock'>
  /** After the block's parent. */
  readonly state: StateReader
  readonly blockHash: (number: bigint) => Hash32 | undefined
  readonly pause: Pause
  readonly signal: AbortSignal
}

/** What the index keeps of a block, from executing it again. */
export async function indexTraced(
  sent: SentBlock,
  { execution, state, blockHash, pause, signal }: TraceTools,
): Promise<IndexedBlock> {
  const { block, senders } = sent
  const { header, body } = block
  const collectors = body.transactions.map((transaction, index) => collectorOf(transaction, senderAt(senders, index)))
  const outcomes = await execution.watchBlock({
    ...{ state, blockHash, pause, signal, senders },
    environment: { ...header, prevRandao: prevRandaoOf(header.parentHash) },
    transactions: body.transactions,
    answers: body.answers,
    hooksFor: (index) => {
      const collector = collectors[index]
      return collector && { onEnter: collector.onEnter, onExit: collector.onExit }
    },
  })
  return entriesOf(
    sent,
    collectors.map((collector, index) => collector.finish(outcomes[index] ?? { destroyed: [] })),
  )
}

/** What it keeps of a block that cannot be executed any more: what transactions say. */
export function indexListed(sent: SentBlock, receipts: readonly Receipt[]): IndexedBlock {
  const { block, senders } = sent
  const touches = block.body.transactions.map((transaction, index): Touches => {
    const sender = senderAt(senders, index)
    const collector = collectorOf(transaction, sender)
    const creates = transaction.to === undefined && receipts[index]?.status === 1
    if (!creates) return collector.finish({ destroyed: [] })
    const address = createdAddress(sender, transaction.nonce)
    collector.touch(address, ROLES.created)
    return { ...collector.finish({ destroyed: [] }), creations: [{ address, creator: sender }] }
  })
  return entriesOf(sent, touches)
}

function senderAt(senders: readonly Address[], index: number): Address {
  const sender = senders[index]
  invariant(sender !== undefined, 'every transaction has its sender')
  return sender
}

/** Knows what the transaction itself says. */
function collectorOf({ to, nonce }: Transaction, sender: Address): TouchCollector {
  const collector = new TouchCollector()
  collector.touch(sender, ROLES.sender | ROLES.caller)
  if (to === undefined) collector.touch(createdAddress(sender, nonce), ROLES.called)
  else collector.touch(to, ROLES.receiver | ROLES.called)
  return collector
}

function entriesOf({ hash, block, senders }: SentBlock, touches: readonly Touches[]): IndexedBlock {
  const { number, parentHash, beneficiary } = block.header
  return {
    ...{ number, hash, parentHash, beneficiary },
    touched: touches.flatMap(({ accounts }, index) => [...accounts.values()].map((account) => ({ ...account, index }))),
    sent: block.body.transactions.map(({ nonce }, index) => ({ sender: senderAt(senders, index), nonce, index })),
    creations: touches.flatMap(({ creations }, index) => creations.map((creation) => ({ ...creation, index }))),
  }
}
