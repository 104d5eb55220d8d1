/** Replays one block: the rules and the engine of a node, in a browser's worker. */
import { createReplayVerifier, deriveEpochKey, epochIndex } from '@poai/consensus'
import {
  bytesToHex,
  headerCodec,
  headerHash,
  hexToBytes,
  parseNetworkParams,
  RuleError,
  rulesAt,
  sha256,
  toHash32,
} from '@poai/core'
import { createEvaluation, openWasmSession, type WasmSession } from '@poai/inference/wasm'
import type { BrowserVerdict, VerifyAnswer, VerifyOrder } from './verify-messages.ts'

const answer = (message: VerifyAnswer): void => postMessage(message)

addEventListener('message', ({ data }: MessageEvent<VerifyOrder>): void => {
  verify(data).then(
    (verdict) => answer({ verdict }),
    (error: unknown) => answer({ problem: error instanceof Error ? error.message : String(error) }),
  )
})

// An order that arrived before this would be lost.
answer({ isListening: true })

async function verify(order: VerifyOrder): Promise<BrowserVerdict> {
  const params = parseNetworkParams(order.params)
  const header = headerCodec.decode(bytesOf(order.header))
  if (bytesToHex(headerHash(header)) !== order.hash) {
    return { isValid: false, reason: 'the header has another hash', milliseconds: 0 }
  }
  const { module, model } = order
  const { work } = rulesAt(params, header.number)
  const session = await openWasmSession({ module, model, contextSize: work.exam.tokens - 1 })
  warmUp(session)
  if (bytesToHex(sha256(model)) !== bytesToHex(work.modelSha256)) {
    throw new Error('the node’s model is not the network’s')
  }
  const verifier = createReplayVerifier(params, {
    evaluator: {
      evaluate: async (requests) =>
        session.evaluate(requests).map((words, index) => createEvaluation(words, requests[index]?.probes.length ?? 0)),
    },
    logger: { warn: () => undefined },
  })
  const seed = toHash32(bytesOf(order.epochSeed))
  const epochKey = deriveEpochKey(seed, epochIndex(header.number, work.epochBlocks))
  const began = performance.now()
  const reason = await verifier.verify(header, { epochKey }).then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof RuleError) return error.message
      throw error
    },
  )
  return { isValid: reason === undefined, reason, milliseconds: Math.round(performance.now() - began) }
}

/**
 * Runs the hottest code once, so that the browser optimises it while the model is hashed: the replay then takes half
 * the time. (Measured: two passes over 33 tokens are enough.)
 */
function warmUp(session: WasmSession): void {
  const tokens = new Uint32Array(33).fill(session.model.vocabularySize - 1)
  for (let pass = 0; pass < 2; pass++) {
    session.evaluate([{ tokens, positions: Uint32Array.of(tokens.length - 1), probes: new Uint32Array() }])
  }
}

function bytesOf(text: string): Uint8Array {
  const bytes = hexToBytes(text)
  if (bytes === undefined) throw new Error(`the node gave ${text.slice(0, 20)} for bytes`)
  return bytes
}
