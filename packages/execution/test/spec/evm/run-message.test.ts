import { type Address, bytesToHex, HARDFORKS, type Hardfork, hex, toAddress, toHash32, uintToBytes } from '@poai/core'
import { describe, expect, test } from 'vitest'
import { createMachine } from '../../../src/evm/create-machine.ts'
import { createEvmCommon } from '../../../src/evm/evm-common.ts'
import { type Message, type MessageOutcome, runInEvm, runMessage } from '../../../src/evm/run-message.ts'
import type { StateChanges } from '../../../src/index.ts'
import { genesisState } from '../../../src/index.ts'
import { RULE_SETS } from '../../../src/rule-sets.ts'
import { WorldState } from '../../../src/state/world-state.ts'
import { delegationTo } from '../../../src/transaction/delegation.ts'
import { MemoryState } from '../../support/memory-state.ts'
import { createRandom } from '../../support/random.ts'
import { CHAIN_ID } from '../../support/sign-transaction.ts'
import { BENEFICIARY, blockHash, genesisAccount, SmallChain } from '../../support/small-chain.ts'

const environment = new SmallChain([]).environment()
const MAX = (1n << 256n) - 1n

function numbered(index: number): Address {
  return toAddress(uintToBytes(BigInt(index), 20))
}

const sender = numbered(0x5e)
const huge = numbered(0x99)
const contract = numbered(0xc0)
const keeper = numbered(0x44)
const delegating = numbered(0xde)
const slot = { key: toHash32(new Uint8Array(32)), value: 1n }
const accounts = [
  genesisAccount(sender, { balance: 1_000n }),
  genesisAccount(huge, { balance: MAX - 10n }),
  genesisAccount(contract, { code: hex('0x6001600055') }),
  genesisAccount(delegating, { code: delegationTo(contract) }),
  genesisAccount(keeper, { balance: 0n, storage: [slot] }),
  genesisAccount(numbered(0xe0), { balance: 0n }),
]
const TARGETS = [
  sender,
  huge,
  contract,
  delegating,
  keeper,
  BENEFICIARY,
  ...[0, 1, 4, 9, 10, 11, 0x11, 0x12, 0x100, 0xe0, 0xff].map(numbered),
]

async function effectOf(
  run: typeof runMessage,
  message: Message,
  hardfork: Hardfork,
): Promise<{ readonly outcome: MessageOutcome; readonly changes: StateChanges }> {
  const state = new MemoryState()
  state.apply(genesisState(accounts))
  const world = new WorldState(state)
  const rules = RULE_SETS[hardfork]
  const tools = { rules, common: createEvmCommon(CHAIN_ID, rules) }
  const machine = await createMachine({ tools, world, environment, blockHash })
  const outcome = await run(machine, message)
  world.endTransaction()
  return { outcome, changes: world.changes() }
}

describe.each(HARDFORKS)('runMessage at %s', (hardfork) => {
  test('does what the EVM does, whatever the target, the value and the data', async () => {
    const random = createRandom('transfers')
    for (const to of TARGETS) {
      for (const value of [0n, 1n, 10n, 11n, 1_000n]) {
        const message: Message = {
          from: sender,
          to,
          value,
          data: random.bytes(random.below(3)),
          authorizationList: [],
          accessList: random.below(2) === 0 ? [] : [{ address: to, storageKeys: [slot.key] }],
          gasLimit: 100_000n,
          gasPrice: 1n,
        }
        const name = `${value} to ${bytesToHex(to)}`
        const expected = await effectOf(runInEvm, message, hardfork)
        expect(await effectOf(runMessage, message, hardfork), name).toEqual(expected)
      }
    }
  })
})
