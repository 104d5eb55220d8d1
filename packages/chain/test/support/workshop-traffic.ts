import { readFile } from 'node:fs/promises'
import { concatBytes, type Hex, hex, type Transaction, toAddress, uintToBytes } from '@poai/core'
import { createdAddress } from '@poai/execution'
import { type ChainGenerator, type GeneratedBlock, signTransaction, WALLETS, type Wallet } from '@poai/testing/chain'

const [ALICE] = WALLETS as [Wallet]
const STRANGER = toAddress(new Uint8Array(20).fill(0x99))

const file = new URL('../../../execution/test/fixtures/contracts.json', import.meta.url)
const { Workshop } = JSON.parse(await readFile(file, 'utf8')) as {
  readonly Workshop: { readonly initCode: Hex; readonly selectors: Readonly<Record<string, string>> }
}

function wordOf(value: bigint | Uint8Array): Uint8Array {
  if (typeof value === 'bigint') return uintToBytes(value, 32)
  return concatBytes(new Uint8Array(32 - value.length), value)
}

/** The data of a call of the workshop, whose arguments have a word each. */
export function workshopCall(signature: string, ...args: readonly (bigint | Uint8Array)[]): Uint8Array {
  return concatBytes(hex(`0x${Workshop.selectors[signature]}`), ...args.map(wordOf))
}

/** Alice's next transactions. */
export function fromAlice(
  { params }: Pick<ChainGenerator, 'params'>,
  parent: GeneratedBlock,
  plans: readonly Partial<Parameters<typeof signTransaction>[2]>[],
): readonly Transaction[] {
  const nonce = parent.state.account(ALICE.address)?.nonce ?? 0n
  return plans.map((plan, index) =>
    signTransaction(params.chainId, ALICE, {
      ...{ nonce: nonce + BigInt(index), to: undefined, gasLimit: 3_000_000n },
      ...plan,
    }),
  )
}

/** A chain whose first block has a workshop, and all others contracts that it makes; branches differ by their salts. */
export async function growWorkshop(
  generator: ChainGenerator,
  parent: GeneratedBlock,
  { length, branch }: { readonly length: number; readonly branch: number },
): Promise<readonly GeneratedBlock[]> {
  const workshop = createdAddress(ALICE.address, 0n)
  return generator.grow(parent, length, (_, tip) => {
    const height = tip.context.number
    if (height === 0n) {
      const data = hex(Workshop.initCode)
      return { transactions: fromAlice(generator, tip, [{ data }]) }
    }
    if (height % 3n === 0n) return {}
    const salt = BigInt(branch) * 1000n + height
    return {
      transactions: fromAlice(generator, tip, [
        { to: workshop, data: workshopCall('make(bytes32,bool)', salt, height % 2n) },
        { to: workshop, data: workshopCall('nested(uint256,uint256)', 3n, height % 4n) },
        { to: STRANGER, value: height },
      ]),
    }
  })
}
