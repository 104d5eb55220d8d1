/**
 * Requests a second beside Hardhat's node, on chains with the same content: `npm run bench -- rpc [--seconds S]`.
 *
 * Both nodes run in processes of their own, on the same machine, one measured after the other in short slices by turns. Rates are given by
 * the wall clock and by second of the server's processor time, since client and server share the machine. Hardhat is installed from npm
 * into .cache/hardhat the first time.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Wallet } from 'ethers'
import { WebSocket } from 'ws'
import { LOGGER_INIT_CODE } from '../support/contracts.ts'
import { startHardhat } from '../support/hardhat-node.ts'
import { openHttpLine } from '../support/http-line.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '2' } } })
const sliceMs = Number(values.seconds) * 1000
const CONCURRENCY = 16
const BATCH = 100
const BLOCKS = 50
const TRANSFERS = 20
const SENT = 2000
const ROUNDS = 2
/** The first of the accounts that both nodes begin with: its key is public. */
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const TARGET = '0x0707070707070707070707070707070707070707'
/** Clock ticks of /proc in a second. */
const TICKS = 100

interface Server {
  readonly name: string
  readonly url: string
  readonly pid: number
  mine(): Promise<void>
}

interface Measured {
  calls: number
  seconds: number
  cpuSeconds: number
  readonly latenciesMs: number[]
}

let lastId = 0

function body(method: string, params: readonly unknown[]): string {
  return `{"jsonrpc":"2.0","id":${++lastId},"method":"${method}","params":${JSON.stringify(params)}}`
}

/** Over a connection of its own: servers close idle ones. */
async function post(url: string, text: string): Promise<string> {
  const line = await openHttpLine(url)
  try {
    return await line.post(text)
  } finally {
    line.close()
  }
}

async function call(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const { result, error } = JSON.parse(await post(url, body(method, params))) as {
    readonly result?: unknown
    readonly error?: { readonly message: string }
  }
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result
}

/** Processor time of a process so far. */
async function cpuSecondsOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

async function startOurs(): Promise<Server> {
  const child = fork(join(import.meta.dirname, '../support/bench-node.ts'), {
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
  })
  const [{ url }] = (await once(child, 'message')) as [{ readonly url: string }]
  return {
    ...{ name: 'poai', url, pid: child.pid ?? 0 },
    mine: async () => {
      child.send('mine')
      await once(child, 'message')
    },
  }
}

interface Signer {
  readonly wallet: Wallet
  readonly chainId: number
  nonce: number
}

function sign(
  { wallet, chainId, nonce }: Signer,
  plan: { readonly to?: string; readonly data?: string; readonly value?: bigint },
): Promise<string> {
  const fees = { maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 1_000_000_000n }
  return wallet.signTransaction({
    ...fees,
    ...plan,
    type: 2,
    chainId,
    nonce,
    gasLimit: plan.data === undefined ? 21_000 : 200_000,
  })
}

/** The same blocks on both: a contract that logs, its calls, and transfers. Answers with what calls need. */
async function fill(server: Server): Promise<{ readonly contract: string; readonly raw: readonly string[] }> {
  const chainId = Number(await call(server.url, 'eth_chainId'))
  const signer: Signer = { wallet: new Wallet(KEY), chainId, nonce: 0 }
  const send = async (plan: Parameters<typeof sign>[1]): Promise<string> => {
    const hash = String(await call(server.url, 'eth_sendRawTransaction', [await sign(signer, plan)]))
    signer.nonce++
    return hash
  }
  const creation = await send({ data: LOGGER_INIT_CODE })
  await server.mine()
  const receipt = (await call(server.url, 'eth_getTransactionReceipt', [creation])) as {
    readonly contractAddress: string
  }
  const contract = receipt.contractAddress
  for (let block = 0; block < BLOCKS; block++) {
    await send({ to: contract, data: `0x${'07'.repeat(32)}` })
    for (let transfer = 0; transfer < TRANSFERS; transfer++) await send({ to: TARGET, value: 1n })
    await server.mine()
  }
  const raw: string[] = []
  for (let count = 0; count < SENT; count++, signer.nonce++) raw.push(await sign(signer, { to: TARGET, value: 1n }))
  return { contract, raw }
}

/** Sends a text and resolves with the answer. */
type Send = (text: string) => Promise<string>

/** Asks as fast as answers come, each of `senders` one thing at a time, for a slice of time or until `next` has no more. */
async function load(
  next: () => string | undefined,
  senders: readonly Send[],
  measured: Measured,
  perText: number,
): Promise<void> {
  const end = performance.now() + sliceMs
  const ask = async (send: Send): Promise<void> => {
    while (performance.now() < end) {
      const text = next()
      if (text === undefined) return
      const started = performance.now()
      const answer = await send(text)
      if (answer.includes('"error"')) throw new Error(answer.slice(0, 300))
      measured.latenciesMs.push(performance.now() - started)
      measured.calls += perText
    }
  }
  await Promise.all(senders.map(ask))
}

async function measure(server: Server, measured: Measured, run: () => Promise<void>): Promise<void> {
  const [cpuBefore, started] = [await cpuSecondsOf(server.pid), performance.now()]
  await run()
  measured.seconds += (performance.now() - started) / 1000
  measured.cpuSeconds += (await cpuSecondsOf(server.pid)) - cpuBefore
}

/** One call a frame, over one connection. */
async function openSocket(url: string): Promise<{ readonly send: Send; close(): void }> {
  const socket = new WebSocket(url.replace('http', 'ws'))
  await once(socket, 'open')
  const waiting = new Map<string, (text: string) => void>()
  socket.on('message', (data) => {
    const text = String(data)
    const id = /"id":(\d+)/.exec(text)?.[1] ?? ''
    waiting.get(id)?.(text)
    waiting.delete(id)
  })
  return {
    send: (text) =>
      new Promise((resolve) => {
        waiting.set(/"id":(\d+)/.exec(text)?.[1] ?? '', resolve)
        socket.send(text)
      }),
    close: () => socket.close(),
  }
}

/** Runs something over as many connections as calls go at a time. */
async function overHttp({ url }: Server, run: (senders: readonly Send[]) => Promise<void>): Promise<void> {
  const lines = await Promise.all(Array.from({ length: CONCURRENCY }, () => openHttpLine(url)))
  await run(lines.map(({ post: send }) => send))
  for (const line of lines) line.close()
}

const hardhat = await startHardhat(join(ROOT, '.cache/hardhat'))
const servers: readonly Server[] = [
  await startOurs(),
  {
    ...{ name: 'Hardhat', url: hardhat.url, pid: hardhat.process.pid ?? 0 },
    mine: async () => void (await call(hardhat.url, 'evm_mine')),
  },
]
try {
  const contents = await Promise.all(servers.map(fill))
  const owner = new Wallet(KEY).address
  const cases: readonly {
    readonly name: string
    readonly method: string
    readonly params: (contract: string) => readonly unknown[]
    readonly least: number
  }[] = [
    { name: 'eth_blockNumber', method: 'eth_blockNumber', params: () => [], least: 3 },
    { name: 'eth_getBalance', method: 'eth_getBalance', params: () => [owner, 'latest'], least: 3 },
    { name: 'eth_getBlockByNumber', method: 'eth_getBlockByNumber', params: () => ['0x10', true], least: 3 },
    {
      name: 'eth_getLogs',
      method: 'eth_getLogs',
      params: (contract) => [{ address: contract, fromBlock: '0x1', toBlock: '0x32' }],
      least: 1,
    },
    {
      name: 'eth_call',
      method: 'eth_call',
      params: (contract) => [{ to: contract, data: `0x${'01'.repeat(32)}` }, 'latest'],
      least: 1,
    },
  ]
  console.log(
    `poai beside Hardhat ${hardhat.version}: ${BLOCKS + 1} blocks of ${TRANSFERS + 1} transactions, ${CONCURRENCY} calls at a time, ${ROUNDS} slices of ${sliceMs / 1000} s each by turns\n`,
  )
  console.log(
    'case                           poai/s  Hardhat/s  ratio | by CPU-s: poai  Hardhat  ratio | p99 ms: poai  Hardhat   wanted',
  )
  const report = (name: string, results: readonly Measured[], least: number): void => {
    const [ours, theirs] = results as [Measured, Measured]
    const rate = ({ calls, seconds }: Measured): number => calls / seconds
    const byCpu = ({ calls, cpuSeconds }: Measured): number => calls / cpuSeconds
    const p99 = ({ latenciesMs }: Measured): number =>
      latenciesMs.toSorted((a, b) => a - b)[Math.floor(latenciesMs.length * 0.99)] ?? Number.NaN
    const cells = [rate(ours), rate(theirs)].map((value) => value.toFixed(0).padStart(9)).join('  ')
    const cpuCells = [byCpu(ours), byCpu(theirs)].map((value) => value.toFixed(0).padStart(8)).join(' ')
    const ratio = rate(ours) / rate(theirs)
    console.log(
      `${name.padEnd(28)} ${cells} ${ratio.toFixed(1).padStart(6)} |         ${cpuCells} ${(byCpu(ours) / byCpu(theirs)).toFixed(1).padStart(6)} |    ${p99(ours).toFixed(1).padStart(7)}  ${p99(theirs).toFixed(1).padStart(7)}   ${ratio >= least ? 'ok' : 'BELOW'} (${least}x)`,
    )
  }
  const fresh = (): Measured => ({ calls: 0, seconds: 0, cpuSeconds: 0, latenciesMs: [] })
  for (const { name, method, params, least } of cases) {
    for (const way of ['HTTP', `HTTP, batch of ${BATCH}`, 'WebSocket'] as const) {
      const results = servers.map(fresh)
      for (let round = 0; round < ROUNDS; round++) {
        for (const [index, server] of servers.entries()) {
          const measured = results[index] as Measured
          const given = params((contents[index] as { readonly contract: string }).contract)
          const single = (): string => body(method, given)
          if (way === 'WebSocket') {
            const socket = await openSocket(server.url)
            await measure(server, measured, () => load(single, Array(CONCURRENCY).fill(socket.send), measured, 1))
            socket.close()
            continue
          }
          const isBatch = way !== 'HTTP'
          const next = isBatch ? (): string => `[${Array.from({ length: BATCH }, single).join(',')}]` : single
          await overHttp(server, (senders) =>
            measure(server, measured, () => load(next, senders, measured, isBatch ? BATCH : 1)),
          )
        }
      }
      report(`${name}, ${way}`, results, least)
    }
  }
  const sending = servers.map(fresh)
  for (const [index, server] of servers.entries()) {
    const measured = sending[index] as Measured
    const left = [...(contents[index] as { readonly raw: readonly string[] }).raw]
    const next = (): string | undefined => {
      const raw = left.shift()
      return raw === undefined ? undefined : body('eth_sendRawTransaction', [raw])
    }
    await overHttp(server, (senders) => measure(server, measured, () => load(next, senders, measured, 1)))
  }
  report('eth_sendRawTransaction, HTTP', sending, 1)
} finally {
  hardhat.process.kill()
}
process.exit(0)
