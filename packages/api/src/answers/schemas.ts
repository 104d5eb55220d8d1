// Every answer that has a name. `rpc.discover` serves these schemas, and the tests check each method's answers against
// them.

export {
  accessListResult,
  badBlocks,
  block,
  capabilities,
  configs,
  feeHistory,
  filledTransaction,
  filterChanges,
  header,
  log,
  modules,
  poolContent,
  poolLines,
  poolPart,
  poolSizes,
  proof,
  receipt,
  simulatedBlocks,
  storageValues,
  syncing,
  traces,
  transaction,
} from './ethereum.ts'
export { accuracy, exam, transcript, verdict } from './exams.ts'
export { workAnswer, workJob } from './farm-jobs.ts'
export { inference, pricedModel } from './inferences.ts'
export { engine, farmStatus, minerStatus, networkParams, nodeStatus } from './node.ts'
export { openRpc } from './open-rpc.ts'
export {
  blockDetails,
  blockTransactions,
  contractCreator,
  foundTransactions,
  internalOperations,
  tracedCalls,
} from './otterscan.ts'
export { ban, nodeInfo, peer } from './peers.ts'
export { blockTrace, flatTrace, replay, replayedTransaction } from './traces.ts'
