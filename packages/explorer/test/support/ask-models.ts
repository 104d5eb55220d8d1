import { setTimeout as delay } from 'node:timers/promises'
import {
  bytesToHex,
  byteToToken,
  encodeGenerate,
  encodeReplay,
  INFERENCE_ADDRESSES,
  type InferenceKind,
  toHash32,
  uintToBytes,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import { CALLABLE_QUIZ } from '@poai/testing/chain'
import type { ServingNode } from './start-node.ts'
import { signTransaction } from './test-wallet.ts'

/** Transactions that ask models themselves, without a contract, by their hashes. */
export interface AskedOfModels {
  /** "17 + 25?" */
  readonly sum: string
  /** A question that is markup, of which the answer is drawn. */
  readonly markup: string
  /** The claim that the answer to the sum is 43. */
  readonly wrongClaim: string
  /** A prompt that is too long. */
  readonly failed: string
  /** The block of the first one. */
  readonly block: number
}

const ADDRESS_BYTES = 20
const RECEIPT_EVERY_MS = 100

/** Sends them, and waits until they are in blocks. */
export async function askModels(node: ServingNode, key: string, markup: string): Promise<AskedOfModels> {
  const { sha256: model } = CALLABLE_QUIZ
  const asking = { model, temperature: 0, seed: ZERO_HASH, maxTokens: 13 }
  const sum = { ...asking, prompt: utf8ToBytes('\nQ: 17 + 25?\nA: ') }
  const drawn = { temperature: 1_500, seed: toHash32(new Uint8Array(32).fill(7)) }
  const claim = { output: Uint32Array.from(utf8ToBytes('43\n'), byteToToken), root: ZERO_HASH }
  const inputs: readonly (readonly [InferenceKind, Uint8Array])[] = [
    ['generate', encodeGenerate(sum)],
    ['generate', encodeGenerate({ ...asking, ...drawn, prompt: utf8ToBytes(`\nQ: ${markup}\nA: `) })],
    ['replay', encodeReplay({ ...sum, ...claim })],
    ['generate', encodeGenerate({ ...asking, prompt: new Uint8Array(300) })],
  ]
  const hashes: string[] = []
  for (const [index, [kind, input]] of inputs.entries()) {
    const to = bytesToHex(uintToBytes(INFERENCE_ADDRESSES[kind], ADDRESS_BYTES))
    const wanted = { to, value: '0x0', data: bytesToHex(input), nonce: BigInt(index) }
    hashes.push(await node.call<string>('eth_sendRawTransaction', [await signTransaction(node, key, wanted)]))
  }
  const [first = '', second = '', third = '', fourth = ''] = hashes
  const { blockNumber } = await receiptOf(node, first)
  await receiptOf(node, fourth)
  return { sum: first, markup: second, wrongClaim: third, failed: fourth, block: Number(blockNumber) }
}

async function receiptOf(node: ServingNode, hash: string): Promise<{ readonly blockNumber: string }> {
  for (;;) {
    const receipt = await node.call<{ readonly blockNumber: string } | null>('eth_getTransactionReceipt', [hash])
    if (receipt !== null) return receipt
    await delay(RECEIPT_EVERY_MS)
  }
}
