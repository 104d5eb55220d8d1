import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { createEVM, type PrecompileInput } from '@ethereumjs/evm'
import { createMachine } from '../../../src/evm/create-machine.ts'
import { createEvmCommon } from '../../../src/evm/evm-common.ts'
import { recoverSender } from '../../../src/index.ts'
import { RULE_SETS } from '../../../src/rule-sets.ts'
import { commitState } from '../../../src/state/commit-state.ts'
import { WorldState } from '../../../src/state/world-state.ts'
import { applyTransaction } from '../../../src/transaction/apply-transaction.ts'
import { ETHEREUM } from './sign-again.ts'
import type { StateTestInput, StateTestResult } from './state-test-input.ts'

/** Where we and Cancun decide differently. */
export type Deviation = 'modexp' | 'point evaluation'

const MODEXP = `${'00'.repeat(19)}05`
const POINT_EVALUATION = `${'00'.repeat(19)}0a`
const rules = RULE_SETS.cancun
const tools = { rules, common: createEvmCommon(ETHEREUM, rules) }
const cancun = createCustomCommon({ chainId: Number(ETHEREUM) }, Mainnet, { hardfork: Hardfork.Cancun })
const stock = await createEVM({ common: cancun })

/** The same transaction with EthereumJS's modexp at Cancun's price, and which of the deviating precompiles it asked. */
export async function runAtCancunPrices(
  input: StateTestInput,
): Promise<StateTestResult & { readonly asked: ReadonlySet<Deviation> }> {
  const { state, environment, blockHash, transaction } = input
  const asked = new Set<Deviation>()
  const world = new WorldState(state)
  const machine = await createMachine({ tools, world, environment, blockHash })
  const { precompiles } = machine.evm
  const [modexp, ours] = [stock.precompiles.get(MODEXP), precompiles.get(POINT_EVALUATION)]
  if (modexp === undefined || ours === undefined) throw new Error('EthereumJS has the precompiles')
  precompiles.set(MODEXP, (call: PrecompileInput) => {
    asked.add('modexp')
    return modexp({ ...call, common: cancun, _EVM: stock })
  })
  precompiles.set(POINT_EVALUATION, (call: PrecompileInput) => {
    asked.add('point evaluation')
    return ours(call)
  })
  const sent = { transaction, sender: recoverSender(transaction) }
  const { logs } = await applyTransaction(machine, sent, { gasLeft: environment.gasLimit })
  const nodes = { nodes: state, stateRoot: state.stateRoot }
  const { stateRoot } = commitState(nodes, world.changes(), (address) => state.account(address))
  return { stateRoot, logs, asked }
}
