/**
 * The composition of a node: features (wings) that start in order and stop in reverse, with configuration and log.
 *
 * @example
 * import { createNode, resolveConfig } from '@poai/node'
 * const { config } = resolveConfig({ environment: process.env, flags: { mine: true, beneficiary: '0x…' } })
 * const node = createNode({ config, params: devnet, directory: './data', installation, version: '0.1.0' }, { screen })
 * await node.start()
 * await node.stop()
 */

export type { Node, NodeDependencies } from './compose-node.ts'
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
export { createDomainEngine, type EngineChoice } from './engine/domain-engine.ts'
export {
  type EngineSetup,
  isModelOf,
  type ModelPin,
  modelPinsOf,
  ownVectorsPath,
  setUpEngine,
} from './engine/engine-setup.ts'
export type { Installation } from './engine/installation.ts'
export { openModelStore } from './engine/open-model-store.ts'
export type { NodeOptions } from './ground.ts'
export { createNodeLogger, type LogScreen, type NodeLogger } from './log/create-node-logger.ts'
export { createNode } from './node.ts'
export { NodeError, type NodeErrorCode } from './node-error.ts'
export type { NodeState, NodeStateName } from './status/node-state.ts'
export { systemClock } from './system-clock.ts'
