/**
 * The chain's own methods for programs that speak to a node with viem, ethers or by themselves. Runs in a browser:
 * nothing of Node is in it.
 *
 * @example
 * import { poaiActions } from '@poai/api/client'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') }).extend(poaiActions())
 * const exam = await client.poai.getExam('latest')
 * exam?.quizzes[0]?.question // "3+4="
 */

export {
  createPoai,
  type PoaiActions,
  poaiActions,
  poaiOf,
  type Requester,
  type SendCall,
  type Sender,
} from './client/poai-actions.ts'
export {
  type Accuracy,
  type BlockNumberOrTag,
  type BlockNumberTagOrHash,
  type Exam,
  POAI_METHODS,
  type PoaiRpc,
  type RateReport,
  type Transcript,
  type Verdict,
  type WorkAnswer,
  type WorkJob,
  type WorkRequest,
  type WorkSolution,
} from './client/poai-rpc.ts'
