import { type CallableModel, devnet, type NetworkParams } from '@poai/core'
import { easyDevnet } from './easy-devnet.ts'

const { model: name, modelSha256: sha256, domain, vectorsSha256 } = devnet.work

/** The devnet's model, with round prices. */
export const CALLABLE_QUIZ: CallableModel = {
  ...{ name, sha256, domain, vectorsSha256, format: 'bytes-1', contextTokens: 250, stopTokens: [2, 13] },
  ...{ baseGas: 50_000n, promptTokenGas: 500n, outputTokenGas: 2_000n },
}

/** A network whose contracts may call quiz-1, and that finds blocks within seconds. */
export const callingNetwork: NetworkParams = {
  ...easyDevnet,
  name: 'calling-devnet',
  inference: { models: [CALLABLE_QUIZ] },
}
