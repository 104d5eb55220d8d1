import { describe, expect, test } from 'vitest'
import { createMachine } from '../../../src/evm/create-machine.ts'
import { createEvmCommon } from '../../../src/evm/evm-common.ts'
import { EMPTY_STATE } from '../../../src/index.ts'
import { RULE_SETS } from '../../../src/rule-sets.ts'
import { WorldState } from '../../../src/state/world-state.ts'
import { CHAIN_ID } from '../../support/sign-transaction.ts'
import { blockHash, SmallChain } from '../../support/small-chain.ts'

const environment = new SmallChain([]).environment()

describe('createMachine', () => {
  test('leaves nothing in the table that all machines share: no block keeps the one before it in memory', async () => {
    const common = createEvmCommon(CHAIN_ID, RULE_SETS.cancun)
    for (let i = 0; i < 3; i++) {
      await createMachine({
        tools: { rules: RULE_SETS.cancun, common },
        world: new WorldState(EMPTY_STATE),
        environment,
        blockHash,
      })
    }
    expect(common.events.eventNames()).toEqual([])
  })

  test('has the precompiles of Cancun, point evaluation among them', async () => {
    const common = createEvmCommon(CHAIN_ID, RULE_SETS.cancun)
    const { precompileNames } = await createMachine({
      tools: { rules: RULE_SETS.cancun, common },
      world: new WorldState(EMPTY_STATE),
      environment,
      blockHash,
    })
    expect(precompileNames.map((name) => Number.parseInt(name, 16))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})
