import {
  blockPlace,
  flag,
  LATEST,
  listOf,
  type Method,
  method,
  objectOf,
  PreparedJson,
  required,
  SCHEMAS,
  type Shape,
  titled,
  withDefault,
} from '@poai/api'
import { type BlockCalls, MAX_SIMULATED_BLOCKS } from '../../simulation/plan-blocks.ts'
import { Simulation, type SimulationArguments } from '../../simulation/simulate.ts'
import type { MethodContext } from '../method-context.ts'
import { blockOverrides, callArguments, stateOverrides } from './call-arguments.ts'

/** Of one block, whose roots are computed without a pause. Gas bounds them in all. */
const MAX_CALLS = 1_000

const blockCalls: Shape<Partial<BlockCalls>> = titled(
  'block calls',
  objectOf<BlockCalls>({
    blockOverrides,
    stateOverrides,
    calls: listOf(callArguments, MAX_CALLS),
  }),
)

const simulation: Shape<Partial<SimulationArguments>> = titled(
  'simulation',
  objectOf<SimulationArguments>({
    blockStateCalls: listOf(blockCalls, MAX_SIMULATED_BLOCKS),
    traceTransfers: flag,
    validation: flag,
    returnFullTransactions: flag,
  }),
)

/** What would happen if these blocks came. */
export function simulateMethod(context: MethodContext): Method {
  return method({
    name: 'eth_simulateV1',
    summary: 'Runs blocks of messages that build on each other, and keeps nothing of them; state roots are zeros',
    cost: 100,
    params: [required('simulation', simulation), withDefault('block', blockPlace, LATEST)],
    result: SCHEMAS.simulatedBlocks,
    run: async ([options, place], call) =>
      context.view.withState(
        place,
        async (state, base) => new PreparedJson(await new Simulation(context, { base, state, options, call }).write()),
      ),
  })
}
