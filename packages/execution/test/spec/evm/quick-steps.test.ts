import { EVM } from '@ethereumjs/evm'
import { Address } from '@ethereumjs/util'
import { bytesToHex, concatBytes, uintToBytes } from '@poai/core'
import { expect, test } from 'vitest'
import { createMachine } from '../../../src/evm/create-machine.ts'
import { createEvmCommon } from '../../../src/evm/evm-common.ts'
import { EvmStateManager } from '../../../src/evm/evm-state-manager.ts'
import { EMPTY_STATE } from '../../../src/index.ts'
import { RULE_SETS } from '../../../src/rule-sets.ts'
import { WorldState } from '../../../src/state/world-state.ts'
import { createRandom } from '../../support/random.ts'
import { CHAIN_ID } from '../../support/sign-transaction.ts'
import { blockHash, SmallChain } from '../../support/small-chain.ts'

const PROGRAMS = 1500
const rules = RULE_SETS.cancun
/** KECCAK256, CALLDATALOAD, MLOAD, MSTORE, MSTORE8: those with their own handler or price. */
const WORDS = [0x20, 0x35, 0x51, 0x52, 0x53]
/** Arithmetic, comparisons, bits, and what asks about the frame. */
const OTHERS = [
  ...[0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17],
  ...[0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x30, 0x33, 0x34, 0x36, 0x38, 0x50, 0x58, 0x59, 0x5a, 0x5b, 0x5f, 0x80],
  ...[0x81, 0x90, 0x91, 0x0a, 0x37, 0x3d, 0xfe],
]

type Random = ReturnType<typeof createRandom>

function push(value: bigint): Uint8Array {
  return concatBytes(Uint8Array.of(0x7f), uintToBytes(value, 32))
}

/** Small ones mostly: places in memory that can be paid for. */
function number(random: Random): bigint {
  const bytes = [0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3, 8, 32][random.below(13)] ?? 0
  return BigInt(bytesToHex(concatBytes(Uint8Array.of(0), random.bytes(bytes))))
}

/** Returns the memory, if it comes that far. */
function program(random: Random): Uint8Array {
  const isDeep = random.below(2) === 0
  const parts: Uint8Array[] = Array.from({ length: isDeep ? 60 : 3 }, () => push(number(random)))
  for (let step = 1 + random.below(20); step > 0; step--) {
    for (let pushes = random.below(3); pushes > 0; pushes--) parts.push(push(number(random)))
    const codes = random.below(2) === 0 ? WORDS : OTHERS
    parts.push(Uint8Array.of(codes[random.below(codes.length)] ?? 0))
  }
  return concatBytes(...parts, Uint8Array.of(0x59, 0x5f, 0xf3))
}

async function outcomeOf(evm: EVM, options: Parameters<EVM['runCode']>[0]): Promise<object> {
  const { returnValue, executionGasUsed, exceptionError, runState } = await evm.runCode(options)
  return {
    ...{ returned: bytesToHex(returnValue), gas: executionGasUsed, error: exceptionError?.error },
    ...{ stack: runState?.stack.getStack(), words: runState?.memoryWordCount, place: runState?.programCounter },
  }
}

test('steps that are made at once do what EthereumJS does, to the last unit of gas', async () => {
  const random = createRandom('quick steps')
  const world = new WorldState(EMPTY_STATE)
  const theirs = new EVM({ common: createEvmCommon(CHAIN_ID, rules), stateManager: new EvmStateManager(world) })
  const { evm: ours } = await createMachine({
    tools: { rules, common: createEvmCommon(CHAIN_ID, rules) },
    ...{ world, environment: new SmallChain([]).environment(), blockHash },
  })
  const nobody = new Address(new Uint8Array(20))
  const ends = new Map<unknown, number>()
  for (let index = 0; index < PROGRAMS; index++) {
    const options = {
      ...{ code: program(random), data: random.bytes(random.below(70)), caller: nobody, to: nobody },
      gasLimit: BigInt(random.below(2) === 0 ? 10_000_000 : random.below(3_000)),
    }
    const [mine, other] = [await outcomeOf(ours, options), await outcomeOf(theirs, options)]
    expect(mine, bytesToHex(options.code)).toEqual(other)
    const { error } = mine as { readonly error?: unknown }
    ends.set(error, (ends.get(error) ?? 0) + 1)
  }
  // All ways to end were among them.
  for (const error of [undefined, 'out of gas', 'stack underflow', 'invalid opcode'] as const) {
    expect(ends.get(error), String(error)).toBeGreaterThan(20)
  }
})
