/**
 * The composition of a node: configuration, log, engine, chain, peers, miner and doors, started in order and stopped in
 * order.
 *
 * @example
 * import { createNode, resolveConfig } from '@poai/node'
 * const { config } = resolveConfig({ environment: process.env, flags: { mine: true, beneficiary: '0x…' } })
 * const node = createNode({ config, params: devnet, directory: './data', installation, version: '0.1.0' }, { screen })
 * await node.start()
 * await node.stop()
 */

export { configDocument, defaultOf, flagUsage } from './config/config-document.ts'
export { ConfigError, type ConfigFault } from './config/config-error.ts'
export { configToJson, type DescribedSetting, describeConfig } from './config/describe-config.ts'
export type { LogFormat, LogLevel, NodeConfig } from './config/node-config.ts'
export {
  type ConfigOrigin,
  type ConfigSources,
  type ResolvedConfig,
  resolveConfig,
  SETTING_ROWS,
  type SettingRow,
} from './config/resolve-config.ts'
export { type Setting, type SettingKind, variableOf } from './config/setting.ts'
export { createNodeLogger, type LogScreen, type NodeLogger } from './log/create-node-logger.ts'
export { createNode, type Node, type NodeDependencies, type NodeOptions } from './node.ts'
export { NodeError, type NodeErrorCode } from './node-error.ts'
export type { HeadStatus, NodeState, NodeStateName, NodeStatus } from './status/node-status.ts'
export { statusToJson } from './status/status-to-json.ts'
export { systemClock } from './system-clock.ts'
export type { Installation } from './work/installation.ts'
export { openModelStore } from './work/open-model-store.ts'
export { createDomainEngine, type EngineChoice, ownVectorsPath, setUpWork, type WorkSetup } from './work/work-setup.ts'
