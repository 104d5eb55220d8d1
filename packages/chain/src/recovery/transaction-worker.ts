// A thread that reads transactions and finds their senders: one message in, one out, buffers moved and not copied where
// that helps.
import { parentPort } from 'node:worker_threads'
import { createTransactionCodec, defined, RuleError, type Transaction, type TransactionCodec } from '@poai/core'
import { recoverPackedSenders } from '@poai/execution'
import { decodeOrRefuse } from './transaction-decoder.ts'
import type { ThreadAnswer, ThreadQuestion, ThreadRequest, TornRule } from './transaction-thread.ts'

const codecs = new Map<bigint, TransactionCodec>()

function codecOf(chainId: bigint): TransactionCodec {
  const codec = codecs.get(chainId) ?? createTransactionCodec(chainId)
  codecs.set(chainId, codec)
  return codec
}

function torn({ code, message, expected, actual }: RuleError): TornRule {
  return {
    ...{ code, message },
    ...defined({ expected, actual }),
  }
}

function decode({ packed, lengths, chainId }: Extract<ThreadQuestion, { kind: 'decode' }>): (Transaction | TornRule)[] {
  const codec = codecOf(chainId)
  let offset = 0
  return lengths.map((length) => {
    // A copy of its own: a view would take the whole batch with it to the other thread.
    const bytes = packed.slice(offset, offset + length)
    offset += length
    const decoded = decodeOrRefuse(codec, bytes)
    return decoded instanceof RuleError ? torn(decoded) : decoded
  })
}

parentPort?.on('message', ({ id, question }: ThreadRequest) => {
  const begunMs = performance.now()
  if (question.kind === 'decode') {
    const decoded = decode(question)
    parentPort?.postMessage({ id, decoded, tookMs: performance.now() - begunMs } satisfies ThreadAnswer)
    return
  }
  const senders = recoverPackedSenders(question.packed)
  const answer: ThreadAnswer = { id, senders, tookMs: performance.now() - begunMs }
  parentPort?.postMessage(answer, [senders.buffer])
})
