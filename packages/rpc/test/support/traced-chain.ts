import { readFile } from 'node:fs/promises'
import { bytesToHex, type Hex } from '@poai/core'
import { signTransaction, WALLETS, type Wallet } from '@poai/testing/chain'
import { encodeFunctionData, getContractAddress, parseAbi } from 'viem'
import { traceMethods } from '../../src/methods/debug/traces.ts'
import { otterscanMethods } from '../../src/methods/ots/otterscan.ts'
import { parityTraceMethods } from '../../src/methods/trace/traces.ts'
import { type OpenMethods, openMethods } from './open-methods.ts'

const [ALICE] = WALLETS as [Wallet]

const ABI = parseAbi([
  'function store(uint256 first, uint256 count, uint256 value)',
  'function fail(string reason)',
  'function burn()',
  'function nested(uint256 depth, uint256 failAt)',
  'function make(bytes32 salt, bool destroyAtOnce) payable',
  'function makePlain() payable',
  'function makeAndDestroy(address heir) payable',
  'function destroyLast(address heir)',
  'function builtIn(uint160 index, bytes input, uint256 gasLimit)',
  'function indirectly(address code)',
  'function give(address to, uint256 value) payable',
  'function logs(uint256 a, uint256 b)',
  'function transient_(uint256 key)',
  'function panic(uint256 index)',
])
const SALT: Hex = `0x${'07'.repeat(32)}`
const STRANGER: Hex = `0x${'99'.repeat(20)}`

/** What a transaction is sent with besides its nonce. */
export interface Plan {
  readonly name: string
  readonly to: Hex | undefined
  readonly data?: Hex
  readonly value?: bigint
  readonly gasLimit?: bigint
}

/** Each list is a block. Everything that a tracer has to tell apart is in one of them. */
export async function tracedPlans(): Promise<readonly (readonly Plan[])[]> {
  const file = new URL('../../../execution/test/fixtures/contracts.json', import.meta.url)
  const contracts = JSON.parse(await readFile(file, 'utf8')) as { readonly Workshop: { readonly initCode: Hex } }
  const [workshop, other] = [0n, 1n].map((nonce) =>
    getContractAddress({ from: bytesToHex(ALICE.address), nonce }).toLowerCase(),
  ) as [Hex, Hex]
  const call = (...[named, args, value]: readonly [name: string, args?: readonly unknown[], value?: bigint]): Plan => ({
    name: named,
    to: workshop,
    data: encodeFunctionData({ abi: ABI, functionName: named, args } as Parameters<typeof encodeFunctionData>[0]),
    ...(value === undefined ? {} : { value }),
  })
  return [
    [
      { name: 'creation', to: undefined, data: contracts.Workshop.initCode },
      { name: 'another creation', to: undefined, data: contracts.Workshop.initCode },
    ],
    [
      { name: 'transfer', to: STRANGER, value: 5n },
      call('logs', [1n, 2n]),
      call('nested', [3n, 1n]),
      call('nested', [2n, 2n]),
      { name: 'gift', to: workshop, value: 1000n },
    ],
    [call('store', [1n, 4n, 5n]), call('store', [1n, 4n, 9n]), call('store', [2n, 1n, 0n])],
    [
      call('fail', ['no']),
      call('panic', [1n]),
      { ...call('burn'), gasLimit: 100_000n },
      { name: 'bad creation', to: undefined, data: '0xfe' },
    ],
    [call('make', [SALT, true], 7n), call('make', [SALT, false], 7n), call('make', [SALT, false], 7n)],
    [call('destroyLast', [STRANGER]), call('makePlain', [], 3n), call('makeAndDestroy', [STRANGER], 4n)],
    [
      call('builtIn', [4n, '0x010203', 10_000n]),
      call('builtIn', [2n, '0x', 10n]),
      call('builtIn', [9n, '0x01', 10_000n]),
      call('indirectly', [other]),
      call('give', [STRANGER, 5n], 5n),
      call('transient_', [3n]),
    ],
  ]
}

/** A transaction of the chain. */
export interface TracedTransaction {
  readonly name: string
  readonly bytes: Hex
  readonly hash: Hex
}

/** A chain in memory with these blocks, and the methods that trace. */
export interface TracedChain extends OpenMethods {
  readonly blocks: readonly (readonly TracedTransaction[])[]
}

/** Opens it. */
export async function openTracedChain(): Promise<TracedChain> {
  const methods = await openMethods((context) => [
    ...traceMethods(context),
    ...parityTraceMethods(context),
    ...otterscanMethods(context),
  ])
  const { chain, params } = methods
  const blocks: TracedTransaction[][] = []
  let nonce = 0n
  for (const plans of await tracedPlans()) {
    const sent: TracedTransaction[] = []
    for (const { name, to, data = '0x', value = 0n, gasLimit = 3_000_000n } of plans) {
      const transaction = signTransaction(params.chainId, ALICE, {
        ...{ nonce: nonce++, value, gasLimit },
        to: to === undefined ? undefined : (Uint8Array.from(Buffer.from(to.slice(2), 'hex')) as Wallet['address']),
        data: Uint8Array.from(Buffer.from(data.slice(2), 'hex')),
      })
      await chain.mempool.add(transaction)
      sent.push({ name, bytes: bytesToHex(transaction.bytes), hash: bytesToHex(transaction.hash) })
    }
    await methods.mine()
    blocks.push(sent)
  }
  return { ...methods, blocks }
}
