/**
 * A node's methods for programs that speak to it with viem, ethers or by themselves, with types made from the node's
 * own table of methods. Runs in a browser: nothing of Node is in it.
 *
 * - `createNodeClient(send)`: every method, typed by its name. `checkAnswers(send)` compares each answer with its
 *   schema first. Programs that may meet a node of another version use both: `createNodeClient(checkAnswers(send))`.
 * - `poaiActions()` for viem, `poaiOf(provider)` for ethers, `createPoai(send)`: the chain's own methods as functions.
 * - `poaiHeaderHash(block)`: the hash of a block, computed from what a node answered.
 * - `BlockJson`, `NodeStatusJson` and so on: the answers.
 *
 * @example
 * import { poaiActions } from '@poai/api/client'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') }).extend(poaiActions())
 * const exam = await client.poai.getExam('latest')
 * exam?.quizzes[0]?.question // "3+4="
 */

export { ANSWERS } from './client/answers.ts'
export { checkAnswer, checkAnswers } from './client/check-answers.ts'
export { type HashedHeaderJson, poaiHeaderHash } from './client/header-hash.ts'
export { createNodeClient, type NodeClient, paramsToJson, type SendCall } from './client/node-client.ts'
export type * from './client/node-methods.ts'
export { POAI_METHODS } from './client/node-methods.ts'
export {
  createPoai,
  type PoaiActions,
  poaiActions,
  poaiOf,
  type Requester,
  type Sender,
} from './client/poai-actions.ts'
