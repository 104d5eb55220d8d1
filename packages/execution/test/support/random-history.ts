import {
  type Address,
  bytesToUint,
  concatBytes,
  type GenesisAccount,
  type Hardfork,
  hex,
  type Transaction,
  toAddress,
  uintToBytes,
  ZERO_ADDRESS,
} from '@poai/core'
import { HISTORY_CODE, HISTORY_CONTRACT } from '../../src/block/block-history.ts'
import { callData, initCode } from './contracts.ts'
import { readPrecompileVectors } from './eip-precompile-vectors.ts'
import type { Random } from './random.ts'
import {
  CHAIN_ID,
  type SignedAuthorization,
  signAuthorization,
  signTransaction,
  type TransactionPlan,
} from './sign-transaction.ts'
import { createdAddress, createWallets, type Wallet } from './wallets.ts'

/** A transaction and the kind that it was drawn from. */
export interface DrawnTransaction {
  readonly kind: string
  readonly transaction: Transaction
  readonly sender: Address
}

/** What a history goes on from. */
export interface HistoryWorld {
  readonly wallets: readonly Wallet[]
  readonly nonces: bigint[]
  readonly contracts: Address[]
  readonly token: Address
  readonly workshop: Address
}

type Plan = Omit<TransactionPlan, 'nonce'>
type Kind = (random: Random, world: HistoryWorld) => Plan

const ETHER = 10n ** 18n
const GWEI = 10n ** 9n
/** Blocks of a history have this base fee at most. */
export const MAX_BASE_FEE: bigint = 10n * GWEI
const MANY = 3_000_000n

function precompile(index: number): Address {
  return toAddress(uintToBytes(BigInt(index), 20))
}

function someAddress(random: Random, world: HistoryWorld): Address {
  const strangers = [
    toAddress(random.bytes(20)),
    precompile(1 + random.below(12)),
    toAddress(new Uint8Array(20).fill(random.below(4))),
  ]
  const { address } = random.pick(world.wallets)
  return random.pick([address, address, random.pick(world.contracts), random.pick(strangers)])
}

function workshop(random: Random, signatureAndData: Uint8Array, world: HistoryWorld, value = 0n): Plan {
  return {
    to: world.workshop,
    data: signatureAndData,
    value,
    gasLimit: random.pick([MANY, MANY, MANY, 60_000n, 150_000n]),
  }
}

const PRECOMPILE_INPUTS: readonly Uint8Array[] = [
  new Uint8Array(0),
  // A real signature: recovers an address.
  hex(
    '0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c000000000000000000000000000000000000000000000000000000000000001c73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75feeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549',
  ),
  // 3 ** 5 mod 7
  concatBytes(uintToBytes(1n, 32), uintToBytes(1n, 32), uintToBytes(1n, 32), Uint8Array.of(3, 5, 7)),
  // The generator of alt_bn128, twice: an addition, or with other precompiles an error.
  concatBytes(uintToBytes(1n, 32), uintToBytes(2n, 32), uintToBytes(1n, 32), uintToBytes(2n, 32)),
  concatBytes(uintToBytes(1n, 32), uintToBytes(2n, 32), uintToBytes(9n, 32)),
  new Uint8Array(192).fill(1),
  concatBytes(uintToBytes(12n, 4), new Uint8Array(208).fill(3), Uint8Array.of(1)),
]

/** Weights are how often a kind is listed. */
const KINDS: Readonly<Record<string, readonly [weight: number, plan: Kind]>> = {
  transfer: [
    12,
    (random, world) => ({ to: someAddress(random, world), value: BigInt(random.below(5)) * GWEI, gasLimit: 100_000n }),
  ],
  transferWithData: [
    2,
    (random, world) => ({
      to: random.pick(world.wallets).address,
      data: random.bytes(random.below(90)),
      gasLimit: 30_000n,
    }),
  ],
  tokenTransfer: [
    8,
    (random, world) => ({
      to: world.token,
      data: callData('Token', 'transfer(address,uint256)', someAddress(random, world), random.below(9)),
      gasLimit: 120_000n,
    }),
  ],
  tokenApprove: [
    2,
    (random, world) => ({
      to: world.token,
      data: callData('Token', 'approve(address,uint256)', random.pick(world.wallets).address, random.below(50)),
      gasLimit: 120_000n,
    }),
  ],
  tokenTransferFrom: [
    2,
    (random, world) => ({
      to: world.token,
      data: callData(
        'Token',
        'transferFrom(address,address,uint256)',
        random.pick(world.wallets).address,
        someAddress(random, world),
        random.below(9),
      ),
      gasLimit: 120_000n,
    }),
  ],
  createToken: [1, (random) => ({ data: initCode('Token', 10n ** 9n), gasLimit: random.pick([MANY, 200_000n]) })],
  createPiece: [
    2,
    (random) => ({ data: initCode('Piece', random.below(2)), value: BigInt(random.below(3)), gasLimit: MANY }),
  ],
  createNothing: [1, () => ({ data: new Uint8Array(0), gasLimit: 60_000n })],
  createBadly: [
    2,
    (random) => ({
      // Reverts; code beginning with 0xef; too much code; an invalid instruction; endless.
      data: hex(
        random.pick(['0x60006000fd', '0x60ef60005360016000f3', '0x6160016000f3', '0xfe', '0x5b600056'] as const),
      ),
      value: BigInt(random.below(2)),
      gasLimit: random.pick([100_000n, MANY]),
    }),
  ],
  store: [
    6,
    (random, world) =>
      workshop(
        random,
        callData('Workshop', 'store(uint256,uint256,uint256)', random.below(30), random.below(8), random.below(4)),
        world,
      ),
  ],
  storeWithAccessList: [
    2,
    (random, world) => ({
      ...workshop(
        random,
        callData('Workshop', 'store(uint256,uint256,uint256)', random.below(30), 2, random.below(4)),
        world,
      ),
      accessList: [
        { address: world.workshop, storageKeys: [random.bytes(32), uintToBytes(BigInt(random.below(3)), 32)] },
        { address: someAddress(random, world), storageKeys: [] },
      ],
    }),
  ],
  fail: [
    2,
    (random, world) =>
      workshop(random, callData('Workshop', 'fail(string)', { bytes: random.bytes(random.below(60)) }), world),
  ],
  panic: [1, (random, world) => workshop(random, callData('Workshop', 'panic(uint256)', random.below(40)), world)],
  outOfGas: [2, (_random, world) => ({ to: world.workshop, data: callData('Workshop', 'burn()'), gasLimit: 90_000n })],
  nested: [
    3,
    (random, world) =>
      workshop(random, callData('Workshop', 'nested(uint256,uint256)', random.below(6), random.below(7)), world),
  ],
  create2: [
    3,
    (random, world) =>
      workshop(
        random,
        callData('Workshop', 'make(bytes32,bool)', uintToBytes(BigInt(random.below(12)), 32), random.below(2)),
        world,
        BigInt(random.below(3)),
      ),
  ],
  create: [1, (random, world) => workshop(random, callData('Workshop', 'makePlain()'), world, BigInt(random.below(3)))],
  makeAndDestroy: [
    2,
    (random, world) =>
      workshop(
        random,
        callData('Workshop', 'makeAndDestroy(address)', someAddress(random, world)),
        world,
        BigInt(random.below(3)),
      ),
  ],
  destroyLast: [
    2,
    (random, world) =>
      workshop(random, callData('Workshop', 'destroyLast(address)', someAddress(random, world)), world),
  ],
  surroundings: [2, (random, world) => workshop(random, callData('Workshop', 'surroundings()'), world)],
  builtIn: [
    6,
    (random, world) =>
      workshop(
        random,
        callData(
          'Workshop',
          'builtIn(uint160,bytes,uint256)',
          1 + random.below(11),
          { bytes: random.pick(PRECOMPILE_INPUTS) },
          random.pick([300_000, 3_000]),
        ),
        world,
      ),
  ],
  indirectly: [
    2,
    (random, world) =>
      workshop(random, callData('Workshop', 'indirectly(address)', random.pick(world.contracts)), world),
  ],
  look: [
    2,
    (random, world) => workshop(random, callData('Workshop', 'look(address)', someAddress(random, world)), world),
  ],
  give: [
    3,
    (random, world) =>
      workshop(
        random,
        callData('Workshop', 'give(address,uint256)', someAddress(random, world), random.below(3)),
        world,
        BigInt(random.below(4)),
      ),
  ],
  logs: [
    2,
    (random, world) =>
      workshop(random, callData('Workshop', 'logs(uint256,uint256)', random.bytes(32), random.bytes(32)), world),
  ],
  transient: [
    2,
    (random, world) => workshop(random, callData('Workshop', 'transient_(uint256)', random.below(3)), world),
  ],
  giveToWorkshop: [
    2,
    (random, world) => ({
      to: world.workshop,
      value: BigInt(1 + random.below(5)),
      gasLimit: random.pick([100_000n, 21_500n]),
    }),
  ],
}

/** Right inputs of precompiles that came with Osaka, and wrong ones. */
const NEW_PRECOMPILE_INPUTS: readonly (readonly [precompile: number, input: Uint8Array])[] = readPrecompileVectors()
  .filter(({ input, precompile }, index) => input.length < 1_000 && (precompile < 0x100 || index % 40 === 0))
  .map(({ precompile, input }) => [precompile, input])

/** Of Osaka only. */
const OSAKA_KINDS: typeof KINDS = {
  delegate: [
    12,
    (random, world) => ({ to: someAddress(random, world), value: BigInt(random.below(2)), gasLimit: MANY }),
  ],
  callDelegate: [
    8,
    (random, world) => ({
      ...workshop(
        random,
        random.pick([
          callData('Workshop', 'store(uint256,uint256,uint256)', random.below(30), random.below(8), random.below(4)),
          callData('Workshop', 'give(address,uint256)', someAddress(random, world), random.below(3)),
          callData('Workshop', 'logs(uint256,uint256)', random.bytes(32), random.bytes(32)),
          callData('Workshop', 'look(address)', someAddress(random, world)),
          callData('Workshop', 'surroundings()'),
        ]),
        world,
        BigInt(random.below(3)),
      ),
      to: random.pick(world.wallets).address,
    }),
  ],
  reachDelegate: [
    4,
    (random, world) =>
      workshop(
        random,
        callData(
          'Workshop',
          'builtIn(uint160,bytes,uint256)',
          bytesToUint(random.pick(world.wallets).address),
          { bytes: callData('Workshop', 'store(uint256,uint256,uint256)', random.below(30), 2, random.below(4)) },
          random.pick([300_000, 3_000]),
        ),
        world,
      ),
  ],
  newBuiltIn: [
    8,
    (random, world) => {
      const [index, input] = random.pick(NEW_PRECOMPILE_INPUTS)
      const place = random.below(8) === 0 ? random.pick([0x0b, 0x0f, 0x11, 0x12, 0x100]) : index
      const gas = random.pick([300_000, 300_000, 6_900, 5_000])
      const data = callData('Workshop', 'builtIn(uint160,bytes,uint256)', place, { bytes: input }, gas)
      return { ...workshop(random, data, world), gasLimit: MANY }
    },
  ],
  history: [
    2,
    (random, world) =>
      workshop(
        random,
        callData(
          'Workshop',
          'builtIn(uint160,bytes,uint256)',
          bytesToUint(HISTORY_CONTRACT),
          { bytes: uintToBytes(BigInt(random.below(12)), random.pick([32, 31])) },
          300_000,
        ),
        world,
      ),
  ],
}

const KINDS_OF: Readonly<Record<Hardfork, typeof KINDS>> = { cancun: KINDS, osaka: { ...KINDS, ...OSAKA_KINDS } }

function drawOf(kinds: typeof KINDS): readonly string[] {
  return Object.entries(kinds).flatMap(([name, [weight]]) => new Array(weight).fill(name))
}

const DRAW: Readonly<Record<Hardfork, readonly string[]>> = {
  cancun: drawOf(KINDS_OF.cancun),
  osaka: drawOf(KINDS_OF.osaka),
}

/** All kinds that histories draw from. */
export const HISTORY_KINDS: Readonly<Record<Hardfork, readonly string[]>> = {
  cancun: Object.keys(KINDS_OF.cancun),
  osaka: Object.keys(KINDS_OF.osaka),
}

/** Wallets with coins, and an account with a balance and nothing else. */
export function historyGenesis(wallets: readonly Wallet[], hardfork: Hardfork): readonly GenesisAccount[] {
  const plain = { nonce: 0n, code: new Uint8Array(0), storage: [] }
  const accounts = wallets.map(({ address }) => ({ ...plain, address, balance: 1_000_000n * ETHER }))
  // EthereumJS keeps no hashes where nobody put the contract.
  const history = { ...plain, address: HISTORY_CONTRACT, balance: 0n, nonce: 1n, code: HISTORY_CODE }
  return hardfork === 'osaka' ? [...accounts, history] : accounts
}

/** A world with a token and a workshop to be created by the first wallet's first two transactions. */
export function createHistoryWorld(): HistoryWorld {
  const wallets = createWallets(12)
  const [first] = wallets as [Wallet]
  const token = createdAddress(first.address, 0)
  const workshopAddress = createdAddress(first.address, 1)
  return {
    wallets,
    nonces: wallets.map(() => 0n),
    contracts: [token, workshopAddress],
    token,
    workshop: workshopAddress,
  }
}

/** The first block: the contracts, and some of the token for everybody. */
export function foundingTransactions(world: HistoryWorld): readonly DrawnTransaction[] {
  const plans: Plan[] = [
    { data: initCode('Token', 10n ** 9n), gasLimit: MANY },
    { data: initCode('Workshop'), gasLimit: MANY },
    ...world.wallets.map(({ address }) => ({
      to: world.token,
      data: callData('Token', 'transfer(address,uint256)', address, 1_000_000),
      gasLimit: 120_000n,
    })),
  ]
  return plans.map((plan) => send({ world, wallet: 0, kind: 'founding', plan }))
}

interface Sending {
  readonly world: HistoryWorld
  readonly wallet: number
  readonly kind: string
  readonly plan: Plan
}

function send({ world, wallet, kind, plan }: Sending): DrawnTransaction {
  const nonce = world.nonces[wallet] as bigint
  const signer = world.wallets[wallet] as Wallet
  const transaction = signTransaction(signer, { ...plan, nonce })
  world.nonces[wallet] = nonce + 1n
  if (plan.to === undefined && nonce < 128n) world.contracts.push(createdAddress(signer.address, Number(nonce)))
  return { kind, transaction, sender: signer.address }
}

/** Authorizations of wallets, some of which do not count, and the nonces that those that do take. */
function drawAuthorizations(
  random: Random,
  world: HistoryWorld,
  sender: number,
): { readonly list: readonly SignedAuthorization[]; readonly nonces: readonly bigint[] } {
  const nonces = world.nonces.map((nonce, index) => (index === sender ? nonce + 1n : nonce))
  const list: SignedAuthorization[] = []
  for (let count = 1 + random.below(4); count > 0; count--) {
    const index = random.below(world.wallets.length)
    const nonce = nonces[index] as bigint
    const address = random.pick([
      ...[world.workshop, world.workshop, world.token, ZERO_ADDRESS],
      ...[someAddress(random, world), precompile(1 + random.below(18))],
    ])
    const authority = world.wallets[index] as Wallet
    const good = signAuthorization(authority, { address, nonce, chainId: random.pick([0n, CHAIN_ID]) })
    const kind = random.below(10)
    if (kind > 2) nonces[index] = nonce + 1n
    if (kind === 0) list.push(signAuthorization(authority, { address, nonce: nonce + 1n }))
    else if (kind === 1) list.push(signAuthorization(authority, { address, nonce, chainId: 78n }))
    else if (kind === 2) list.push(good.with(3, Uint8Array.of(2 + random.below(254))))
    else list.push(good)
  }
  return { list, nonces }
}

/** One more transaction that is valid at its place, of a random kind, type and fee. */
export function drawTransaction(random: Random, world: HistoryWorld, hardfork: Hardfork): DrawnTransaction {
  const kind = random.pick(DRAW[hardfork])
  const [, plan] = KINDS_OF[hardfork][kind] as readonly [number, Kind]
  const drawn = plan(random, world)
  const type = drawn.accessList === undefined ? random.pick([0, 1, 2, 2] as const) : random.pick([1, 2] as const)
  const tip = random.pick([0n, 1n, GWEI, 3n * GWEI])
  const maxFeePerGas = MAX_BASE_FEE + random.pick([0n, 1n, GWEI])
  const maxPriorityFeePerGas = tip > maxFeePerGas ? maxFeePerGas : tip
  const wallet = random.below(world.wallets.length)
  const fees = { maxFeePerGas, maxPriorityFeePerGas }
  if (kind !== 'delegate') return send({ world, wallet, kind, plan: { ...drawn, type, ...fees } })
  const { list, nonces } = drawAuthorizations(random, world, wallet)
  const sent = send({ world, wallet, kind, plan: { ...drawn, type: 4, ...fees, authorizationList: list } })
  world.nonces.splice(0, nonces.length, ...nonces)
  return sent
}
