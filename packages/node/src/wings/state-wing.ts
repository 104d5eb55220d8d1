import { bytesToHex, defined, genesisHash } from '@poai/core'
import type { Ground } from '../ground.ts'
import { repeat } from '../lifecycle/repeat.ts'
import { readFrom } from '../metrics/metric.ts'
import type { NodeState } from '../status/node-state.ts'
import { createStateLines } from '../status/state-lines.ts'
import { STATE_ROWS } from '../status/state-metrics.ts'
import { stateOf } from '../status/state-of.ts'
import type { EngineWing } from './engine-wing.ts'
import type { MiningWing } from './mining-wing.ts'
import type { NetworkWing } from './network-wing.ts'
import type { Telling } from './wing.ts'

/** What the state follows from. */
export interface StateDependencies {
  readonly engine: EngineWing
  readonly network: NetworkWing
  readonly mining: MiningWing
}

/** How soon the log shows that the state has changed. */
const LOOK_EVERY_MS = 1_000

/** Tells what the node is doing: a stage of its start or its stop, or in between what follows from its wings. */
export function nodeState(
  { stage, config }: Pick<Ground, 'stage' | 'config'>,
  { engine, network, mining }: StateDependencies,
): () => NodeState {
  return () => {
    const { status } = engine.service
    const { name } = stage
    if (name !== undefined) return { name: name === 'loading' && status.state === 'self-test' ? 'self-test' : name }
    const joined = network.joined.now
    return stateOf({
      engine: status,
      callable: engine.service.callable(),
      miner: mining.miner.made.status,
      gateClosedBecause: mining.gate.made.closedBecause(),
      network: joined === undefined ? undefined : { sync: joined.syncStatus(), peers: joined.peers.connected().length },
      isAlone: config.mining.alone,
    })
  }
}

/** Shows what the node is and what it does, and logs it whenever that changes. */
export function stateWing(
  { config, params, version, stage, clock, logger }: Ground,
  state: () => NodeState,
): Telling<'version' | 'role' | 'network' | 'state'> {
  const role = config.mining.enabled ? 'miner' : 'validator'
  const showState = createStateLines({ logger })
  stage.onChange(() => showState(state()))
  const info = { version, role, network: params.name, model: params.work.model, domain: params.work.domain }
  const identity = { name: params.name, chainId: Number(params.chainId), genesisHash: bytesToHex(genesisHash(params)) }
  const looking = repeat({ name: 'state', everyMs: LOOK_EVERY_MS }, { clock, logger }, () => showState(state()))
  return {
    metrics: readFrom(STATE_ROWS, () => ({ info, state: state() })),
    status: () => {
      const { name, detail } = state()
      return { version, role, network: identity, state: { name, ...defined({ detail }) } }
    },
    start: (services) => services.start('state lines', looking),
  }
}
