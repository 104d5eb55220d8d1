import { join } from 'node:path'
import type { PortableProgram } from '@poai/inference'
import type { DevelopmentAccount } from './testnet-definition.ts'

/** What a node of a testnet does. The last one serves JSON-RPC, whatever else it does. */
export type TestnetRole = 'miner' | 'validator' | 'rpc' | 'miner+rpc'

/** A node before it runs. */
export interface PlannedNode {
  readonly name: string
  readonly role: TestnetRole
  readonly dataDirectory: string
  readonly logFile: string
  readonly peerPort: number
  /** Undefined for a node without HTTP. */
  readonly httpPort: number | undefined
  /** Undefined for a node that does not mine. */
  readonly mining: { readonly beneficiary: string } | undefined
  /** How many worker processes its engine has. */
  readonly workers: number
  /** What runs the model. */
  readonly engine: PortableProgram
}

export interface TestnetPlanOptions {
  readonly directory: string
  readonly nodes: number
  readonly miners: number
  /** One for each node. */
  readonly peerPorts: readonly number[]
  readonly httpPort: number
  readonly accounts: readonly DevelopmentAccount[]
  readonly cores: number
  /** What the first validator and the server run if they do not mine. All other nodes choose for themselves. */
  readonly engines: JudgingEngines
}

/** Engines of nodes that only validate. */
export interface JudgingEngines {
  readonly validator: PortableProgram
  readonly rpc: PortableProgram
}

/** The nodes of a testnet: miners first, then validators, and one that serves JSON-RPC last. */
export function planTestnet(options: TestnetPlanOptions): readonly PlannedNode[] {
  const { directory, nodes, miners, peerPorts, httpPort, accounts } = options
  return Array.from({ length: nodes }, (_, index) => {
    const name = `node-${index + 1}`
    const isMiner = index < miners
    const isLast = index === nodes - 1
    // From the last account down: people play with the first ones.
    const account = accounts[accounts.length - 1 - (index % accounts.length)]
    const role = roleOf(isMiner, isLast)
    return {
      name,
      role,
      dataDirectory: join(directory, name),
      logFile: join(directory, 'logs', `${name}.log`),
      peerPort: peerPorts[index] ?? 0,
      httpPort: isLast ? httpPort : undefined,
      mining: isMiner && account !== undefined ? { beneficiary: account.address } : undefined,
      workers: isMiner ? workersOfMiner(options) : 1,
      engine: engineOf(role, index === miners, options),
    }
  })
}

/** Leaves a core to the replays of the other nodes, if there are enough cores. */
function workersOfMiner({ cores, nodes, miners }: TestnetPlanOptions): number {
  const others = nodes > miners ? 1 : 0
  return Math.max(1, Math.floor((cores - others) / Math.max(1, miners)))
}

/** One validator is enough to show that another engine agrees. */
function engineOf(role: TestnetRole, isFirstJudge: boolean, { engines }: TestnetPlanOptions): PortableProgram {
  if (role === 'rpc') return engines.rpc
  return role === 'validator' && isFirstJudge ? engines.validator : 'auto'
}

function roleOf(isMiner: boolean, isLast: boolean): TestnetRole {
  if (isMiner) return isLast ? 'miner+rpc' : 'miner'
  return isLast ? 'rpc' : 'validator'
}
