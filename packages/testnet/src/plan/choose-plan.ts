import { availableParallelism } from 'node:os'
import type { NetworkParams } from '@poai/core'
import { PORTABLE_DOMAIN_NAME } from '@poai/inference'
import type { Installation } from '@poai/node'
import { canUseLlama } from '../background/llama-beside.ts'
import type { TestnetListener } from '../nodes/testnet.ts'
import { findFreePorts } from './free-ports.ts'
import type { TestnetDefinition } from './testnet-definition.ts'
import type { TestnetDirectory } from './testnet-directory.ts'
import { type JudgingEngines, type PlannedNode, planTestnet } from './testnet-plan.ts'

/** What is wanted of the plan; the rest depends on the machine. */
export interface PlanWishes {
  readonly nodes: number
  readonly miners: number
  readonly basePort: number
  readonly rpcPort: number
  /** Every node chooses its engine for itself; otherwise validators run different ones. */
  readonly hasOneEngine: boolean
}

export interface ChoosePlanDependencies {
  readonly host: string
  readonly params: NetworkParams
  readonly definition: TestnetDefinition
  readonly directory: TestnetDirectory
  readonly installation: Installation
  /** Is told where the plan differs from the wishes. */
  readonly tell: TestnetListener
}

/** Plans the nodes of a testnet with ports, cores and engines that this machine has. */
export async function choosePlan(
  wishes: PlanWishes,
  { host, params, definition, directory, installation, tell }: ChoosePlanDependencies,
): Promise<readonly PlannedNode[]> {
  const { nodes, miners, basePort, rpcPort, hasOneEngine } = wishes
  const [httpPort = rpcPort] = await findFreePorts(rpcPort, { count: 1, host })
  if (httpPort !== rpcPort) tell(`port ${rpcPort} is in use: JSON-RPC is at ${httpPort}`)
  const peerPorts = await findFreePorts(basePort, { count: nodes, host, taken: new Set([httpPort]) })
  if (peerPorts[0] !== basePort || peerPorts.at(-1) !== basePort + nodes - 1) {
    tell(`some ports from ${basePort} on are in use: nodes listen at ${peerPorts.join(', ')}`)
  }
  // Other domains have only one engine.
  const isMixed = params.work.domain === PORTABLE_DOMAIN_NAME && !hasOneEngine
  return planTestnet({
    ...{ directory: directory.path, nodes, miners, peerPorts, httpPort, accounts: definition.accounts },
    cores: availableParallelism(),
    engines: isMixed ? await differentEngines(installation) : { validator: 'auto', rpc: 'auto' },
  })
}

async function differentEngines(installation: Installation): Promise<JudgingEngines> {
  return { validator: (await canUseLlama(installation)) ? 'llama' : 'auto', rpc: 'wasm' }
}
