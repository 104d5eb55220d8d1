import type { Clock, Logger, NetworkParams, NetworkTrust, Subscribe } from '@poai/core'
import type { NodeConfig } from './config/node-config.ts'
import type { DataPlaces } from './data-directory.ts'
import type { EngineMaker } from './engine/engine-service.ts'
import type { Installation } from './engine/installation.ts'
import type { NodeStateName } from './status/node-state.ts'

/** What a node is told when it is made. */
export interface NodeOptions {
  readonly config: NodeConfig
  readonly params: NetworkParams
  /** The data directory. */
  readonly directory: string
  readonly installation: Installation
  /** The version of the program. */
  readonly version: string
}

/** What every wing is built on: what the node was told, and what exists before anything starts. */
export interface Ground extends NodeOptions {
  /** What is known of the network's chain beyond its rules. */
  readonly trust: NetworkTrust
  readonly places: DataPlaces
  readonly clock: Clock
  readonly engine: EngineMaker
  readonly logger: Logger
  readonly stage: Stage
  /** Call it once the data directory belongs to this process alone: from then on lines go to its log file too. */
  openLogFile(): void
  /** Stops the node because of an error that it cannot go on after. */
  fail(error: unknown): void
}

/** How far the node has come. */
export interface Stage {
  /** Undefined while the node is up; what it does then follows from its wings. */
  readonly name: NodeStateName | undefined
  readonly onChange: Subscribe<NodeStateName | undefined>
}
