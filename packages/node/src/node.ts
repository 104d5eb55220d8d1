import { composeNode, type Node, type NodeDependencies } from './compose-node.ts'
import type { Ground, NodeOptions } from './ground.ts'
import { type ChainWing, chainWing } from './wings/chain-wing.ts'
import { type DoorsWing, doorsWing } from './wings/doors-wing.ts'
import { type EngineWing, engineWing } from './wings/engine-wing.ts'
import { finalityWing } from './wings/finality-wing.ts'
import { indexWing } from './wings/index-wing.ts'
import { metricsWing } from './wings/metrics-wing.ts'
import { type MiningWing, miningWing } from './wings/mining-wing.ts'
import { type NetworkWing, networkWing } from './wings/network-wing.ts'
import { processWing } from './wings/process-wing.ts'
import { nodeState, stateWing } from './wings/state-wing.ts'
import { tellingAll, type Wing } from './wings/wing.ts'

/** A node, not yet started. */
export function createNode(options: NodeOptions, dependencies: NodeDependencies): Node {
  return composeNode(options, dependencies, wingsOn)
}

/** The wings that others build on. */
export interface BaseWings {
  readonly engine: EngineWing
  readonly chain: ChainWing
  readonly network: NetworkWing
  readonly mining: MiningWing
  readonly doors: DoorsWing
}

/**
 * The features of a node, each with those that it uses. They start in the order of the list. `guests` are features from
 * outside that start last.
 */
export function wingsOn(ground: Ground, guests: (base: BaseWings) => readonly Wing[] = () => []): readonly Wing[] {
  // The chain needs its verifier; it starts after the chain, with the model that the next block asks for.
  const engine = engineWing(ground, () => chain.parts.made.chain.head().number + 1n)
  const process = processWing(ground, engine)
  const chain: ChainWing = chainWing(ground, engine)
  const network = networkWing(ground, { chain, engine })
  const mining = miningWing(ground, { chain, engine, network })
  const index = indexWing(ground, { chain })
  const doors = doorsWing(ground, { chain, engine, network, index })
  const state = nodeState(ground, { engine, network, mining })
  return tellingAll(
    process,
    metricsWing(ground, { process, state }),
    chain,
    index,
    doors,
    engine,
    network,
    finalityWing(ground, { chain, network }),
    mining,
    stateWing(ground, state),
    ...guests({ engine, chain, network, mining, doors }),
  )
}
