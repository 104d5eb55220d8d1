/**
 * Local networks: the plan of their nodes, the supervisor that runs each node in a process of its own, and the picture
 * of what they do.
 *
 * @example
 * import { runTestnet } from '@poai/testnet'
 * const { summary } = await runTestnet(options, { params, definition, directory, program, installation, reporter,
 *   signal, onPlan })
 * summary.converged // true: all nodes follow one chain
 */

export { type ProgramCommand, thisProgram } from './nodes/node-process.ts'
export { deriveNetwork, type NetworkChanges } from './plan/derive-network.ts'
export { requireModel } from './plan/require-model.ts'
export { type DevelopmentAccount, readTestnetDefinition, type TestnetDefinition } from './plan/testnet-definition.ts'
export { openTestnetDirectory, type TestnetDirectory } from './plan/testnet-directory.ts'
export type { PlannedNode } from './plan/testnet-plan.ts'
export { runTestnet, type TestnetRun, type TestnetRunDependencies, type TestnetRunOptions } from './run-testnet.ts'
export { examLines } from './show/exam-lines.ts'
export { formatSummary } from './show/format-summary.ts'
export { formatIntroduction, type Introduction } from './show/introduction.ts'
export type { NodeSummary, TestnetSummary } from './show/summarise.ts'
export { createTestnetReporter, type TestnetReporter } from './show/testnet-reporter.ts'
