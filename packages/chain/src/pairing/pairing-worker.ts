// A thread that computes pairings, one after the other.
import { parentPort } from 'node:worker_threads'
import { computePairing } from '@poai/execution'
import type { PairingAnswer, PairingRequest } from './pairing-thread.ts'

parentPort?.on('message', ({ id, input }: PairingRequest) => {
  parentPort?.postMessage({ id, answer: computePairing(input) } satisfies PairingAnswer)
})
