// A thread that finds senders: packed signatures in, packed senders out, both moved and not copied.
import { parentPort } from 'node:worker_threads'
import { recoverPackedSenders } from '@poai/execution'
import type { RecoveryAnswer, RecoveryRequest } from './recovery-thread.ts'

parentPort?.on('message', ({ id, packed }: RecoveryRequest) => {
  const senders = recoverPackedSenders(packed)
  const answer: RecoveryAnswer = { id, senders }
  parentPort?.postMessage(answer, [senders.buffer])
})
