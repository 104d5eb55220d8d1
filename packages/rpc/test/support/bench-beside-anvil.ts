import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { ANVIL_VERSION, startAnvil } from './anvil-node.ts'
import { OWNER, requireSame, sameReceipt } from './bench-content.ts'
import { callOnce, callText, freshMeasured, type Load, type Measured, overHttp, runLoad } from './bench-load.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const CONTRACTS = join(ROOT, 'packages/execution/test/fixtures/contracts.json')
/** The first of the accounts that both nodes begin with: its key is public. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const TARGET = '0x0707070707070707070707070707070707070707'
const BLOCKS = 40
const TRANSFERS = 20
const CONCURRENCY = 16
const ROUNDS = 4
const WARM_UP_MS = 3000
/** Transactions of one slice: of so many accounts, below the 64 that our pool keeps of one. */
const SENDERS = 20
const SENT_BY_EACH = 60
/** All of them together are fewer than our pool holds. */
const PORTIONS = 4
const SUPPLY = 10n ** 24n
const ETHER = 10n ** 18n
/** Calls of itself, one in the other: each reads, writes and logs. */
const NESTED = 8
const FEES = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }

export interface BesideAnvilOptions {
  readonly sliceMs: number
  /** Cases with this in their name. */
  readonly only: string
  readonly print: (line: string) => void
  /** Flags of Node for our server, such as `--cpu-prof`. */
  readonly flags: readonly string[]
}

interface Server {
  readonly url: string
  readonly pid: number
  mine(): Promise<unknown>
}

interface Case {
  readonly name: string
  readonly method: string
  /** Asked in turns. */
  readonly params: readonly (readonly unknown[])[]
}

type Compiled = Readonly<
  Record<'Token' | 'Workshop', { readonly initCode: string; readonly selectors: Readonly<Record<string, string>> }>
>

function word(value: bigint | string): string {
  return (typeof value === 'bigint' ? value.toString(16) : value.slice(2).toLowerCase()).padStart(64, '0')
}

/**
 * Processor time of the server for each request, of our node and of anvil, on chains with the same transactions, in
 * slices by turns.
 */
export async function benchBesideAnvil({ sliceMs, only, flags, print }: BesideAnvilOptions): Promise<void> {
  const ours = fork(join(import.meta.dirname, 'bench-node.ts'), {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning', ...flags],
  })
  const [{ url }] = (await once(ours, 'message')) as [{ readonly url: string }]
  const genesis = (await callOnce(url, 'eth_getBlockByNumber', ['0x0', false])) as Readonly<Record<string, string>>
  const chainId = Number(await callOnce(url, 'eth_chainId'))
  const anvil = await startAnvil(join(ROOT, '.cache/anvil'), [
    ...['--hardfork', 'osaka', '--no-mining', '--order', 'fifo', '--chain-id', String(chainId)],
    ...['--timestamp', String(Number(genesis['timestamp'])), '--gas-limit', String(Number(genesis['gasLimit']))],
    ...['--base-fee', String(Number(genesis['baseFeePerGas']))],
  ])
  const mine = async (): Promise<void> => {
    ours.send('mine')
    await once(ours, 'message')
  }
  const servers: readonly [Server, Server] = [
    { url, pid: ours.pid ?? 0, mine },
    { url: anvil.url, pid: anvil.process.pid ?? 0, mine: () => anvil.ask('evm_mine') },
  ]
  try {
    const { cases, portions } = await fillBoth(servers, chainId)
    print(
      `Processor time of the server for a request, poai beside anvil ${ANVIL_VERSION}: ${BLOCKS + 2} blocks, the same transactions in both, HTTP, ${CONCURRENCY} requests at a time, ${ROUNDS} slices of ${sliceMs / 1000} s each by turns\n`,
    )
    print('case                                       poai µs  anvil µs  anvil/poai |    poai/s   anvil/s')
    for (const entry of cases.filter(({ name }) => name.includes(only))) {
      const nexts = servers.map(() => askInTurns(entry)) as [Load['next'], Load['next']]
      const run = (durationMs: number, measured: readonly Measured[]): Promise<void> =>
        eachServer(servers, (server, index) => slice(server, { next: nexts[index], durationMs }, measured[index]))
      await run(WARM_UP_MS, [freshMeasured(), freshMeasured()])
      const measured: [Measured, Measured] = [freshMeasured(), freshMeasured()]
      for (let round = 0; round < ROUNDS; round++) await run(sliceMs, measured)
      print(rowOf(entry.name, measured))
    }
    if ('eth_sendRawTransaction'.includes(only)) {
      const measured: [Measured, Measured] = [freshMeasured(), freshMeasured()]
      for (const [index, portion] of portions.entries()) {
        const into = index === 0 ? [freshMeasured(), freshMeasured()] : measured
        await eachServer(servers, async (server, which) => {
          const left = portion.values()
          const next = (): string | undefined => {
            const { value } = left.next()
            return value === undefined ? undefined : callText('eth_sendRawTransaction', [value])
          }
          await slice(server, { next, durationMs: Number.POSITIVE_INFINITY }, into[which])
        })
      }
      print(rowOf('eth_sendRawTransaction', measured))
    }
  } finally {
    anvil.process.kill()
    ours.disconnect()
    await once(ours, 'exit')
  }
}

/** One after the other: the first one is another one each time. */
async function eachServer(
  servers: readonly [Server, Server],
  work: (server: Server, index: 0 | 1) => Promise<void>,
): Promise<void> {
  const order = (turn++ % 2 === 0 ? [0, 1] : [1, 0]) as readonly (0 | 1)[]
  for (const index of order) await work(servers[index], index)
}

let turn = 0

function slice(server: Server, load: Omit<Load, 'callsPerText'>, measured: Measured = freshMeasured()): Promise<void> {
  return overHttp(server.url, CONCURRENCY, (senders) =>
    runLoad(senders, { ...load, callsPerText: 1 }, measured, server.pid),
  )
}

function askInTurns({ method, params }: Case): Load['next'] {
  let index = 0
  return () => callText(method, params[index++ % params.length] ?? [])
}

function rowOf(name: string, [ours, theirs]: readonly [Measured, Measured]): string {
  const micros = ({ cpuSeconds, calls }: Measured): number => (cpuSeconds / calls) * 1e6
  const rate = ({ calls, seconds }: Measured): string => (calls / seconds).toFixed(0).padStart(8)
  const [mine, other] = [micros(ours), micros(theirs)]
  const times = [mine, other].map((value) => value.toFixed(1).padStart(8)).join('  ')
  const ratio = (other / mine).toFixed(2).padStart(10)
  return `${name.padEnd(41)} ${times}  ${ratio} |  ${rate(ours)}  ${rate(theirs)}`
}

/** The same transactions in blocks of both chains, and questions whose answers are the same. */
async function fillBoth(
  servers: readonly [Server, Server],
  chainId: number,
): Promise<{ readonly cases: readonly Case[]; readonly portions: readonly (readonly string[])[] }> {
  const { Token, Workshop } = JSON.parse(await readFile(CONTRACTS, 'utf8')) as Compiled
  const owner = new Wallet(KEY)
  let nonce = 0
  const hashes: string[] = []
  const send = async (plan: { to?: string; data?: string; value?: bigint; gasLimit: number }): Promise<string> => {
    const raw = await owner.signTransaction({ ...FEES, ...plan, type: 2, chainId, nonce: nonce++ })
    const [hash] = await Promise.all(
      servers.map(async (server) => String(await callOnce(server.url, 'eth_sendRawTransaction', [raw]))),
    )
    hashes.push(hash ?? '')
    return hash ?? ''
  }
  const mine = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.mine())))
  const create = async (data: string): Promise<string> => {
    const hash = await send({ data, gasLimit: 3_000_000 })
    await mine()
    const receipt = await callOnce(servers[0].url, 'eth_getTransactionReceipt', [hash])
    return (receipt as { readonly contractAddress: string }).contractAddress
  }
  const token = await create(`${Token.initCode}${word(SUPPLY)}`)
  const workshop = await create(Workshop.initCode)
  const transfer = `0x${Token.selectors['transfer(address,uint256)']}${word(TARGET)}${word(1n)}`
  for (let block = 0; block < BLOCKS; block++) {
    await send({ to: token, data: transfer, gasLimit: 100_000 })
    for (let index = 0; index < TRANSFERS; index++) await send({ to: TARGET, value: 1n, gasLimit: 21_000 })
    await mine()
  }
  const portions: string[][] = []
  for (let portion = 0; portion < PORTIONS; portion++) {
    const wallets = Array.from(
      { length: SENDERS },
      (_, index) => new Wallet(`0x${(portion * SENDERS + index + 1).toString(16).padStart(64, '7')}`),
    )
    for (const { address } of wallets) await send({ to: address, value: ETHER, gasLimit: 21_000 })
    await mine()
    const signed: string[] = []
    for (let round = 0; round < SENT_BY_EACH; round++) {
      for (const wallet of wallets) {
        const plan = { ...FEES, type: 2, chainId, nonce: round, to: TARGET, value: 1n, gasLimit: 21_000 }
        signed.push(await wallet.signTransaction(plan))
      }
    }
    portions.push(signed)
  }
  const balanceOf = { to: token, data: `0x${Token.selectors['balanceOf(address)']}${word(OWNER)}` }
  const send1 = { from: OWNER, to: token, data: transfer }
  const nested = {
    from: OWNER,
    to: workshop,
    data: `0x${Workshop.selectors['nested(uint256,uint256)']}${word(BigInt(NESTED))}${word(99n)}`,
  }
  const cases: readonly Case[] = [
    { name: 'eth_blockNumber', method: 'eth_blockNumber', params: [[]] },
    { name: 'eth_getBalance', method: 'eth_getBalance', params: [[OWNER, 'latest']] },
    {
      name: 'eth_getTransactionReceipt',
      method: 'eth_getTransactionReceipt',
      params: hashes.slice(2).map((hash) => [hash]),
    },
    { name: 'eth_call, balanceOf', method: 'eth_call', params: [[balanceOf, 'latest']] },
    { name: 'eth_call, transfer of a token', method: 'eth_call', params: [[send1, 'latest']] },
    { name: `eth_call, ${NESTED} nested calls`, method: 'eth_call', params: [[nested, 'latest']] },
    { name: 'eth_estimateGas, transfer of a token', method: 'eth_estimateGas', params: [[send1, 'latest']] },
    {
      name: 'eth_estimateGas, plain transfer',
      method: 'eth_estimateGas',
      params: [[{ from: OWNER, to: TARGET, value: '0x1' }]],
    },
    {
      name: 'eth_getBlockByNumber, whole',
      method: 'eth_getBlockByNumber',
      params: Array.from({ length: BLOCKS }, (_, index) => [`0x${(index + 3).toString(16)}`, true]),
    },
  ]
  const urls = servers.map((server) => server.url)
  await requireSame(urls, async (url) => ({
    height: await callOnce(url, 'eth_blockNumber'),
    balance: await callOnce(url, 'eth_getBalance', [TARGET, 'latest']),
    receipt: sameReceipt(await callOnce(url, 'eth_getTransactionReceipt', [hashes[2]])),
    balanceOf: await callOnce(url, 'eth_call', [balanceOf, 'latest']),
    transfer: await callOnce(url, 'eth_call', [send1, 'latest']),
    nested: await callOnce(url, 'eth_call', [nested, 'latest']),
  }))
  return { cases, portions }
}
