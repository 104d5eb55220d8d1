/**
 * Requests a second beside Hardhat's node, on chains with the same content: `npm run bench -- rpc [--seconds S] [--only
 * TEXT]`. With `--beside anvil`: processor time for a request beside Foundry's node; `--profile DIR` writes a profile
 * of our server.
 *
 * Both nodes run in processes of their own, on the same machine, one measured after the other in short slices by turns.
 * Rates are given by the wall clock and by second of the server's processor time, since client and server share the
 * machine; the latter is what is judged by, as it does not depend on what else the machine does. Then blocks are mined
 * and replayed at a steady pace, without questions and with as many as go through. Hardhat is installed from npm into
 * .cache/hardhat the first time.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchBesideAnvil } from '../support/bench-beside-anvil.ts'
import { BLOCKS, type Content, fill, OWNER, requireSameContent, TRANSFERS } from '../support/bench-content.ts'
import {
  callOnce,
  callText,
  freshMeasured,
  type Load,
  type Measured,
  overHttp,
  overWebSocket,
  quantile,
  runLoad,
} from '../support/bench-load.ts'
import { startHardhat } from '../support/hardhat-node.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    beside: { type: 'string', default: 'hardhat' },
    profile: { type: 'string' },
  },
})
const durationMs = Number(values.seconds) * 1000
if (values.beside === 'anvil') {
  const flags = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
  await benchBesideAnvil({ sliceMs: durationMs, only: values.only, flags, print: (line) => console.log(line) })
  process.exit(0)
}
if (values.beside !== 'hardhat') throw new Error(`--beside knows hardhat and anvil, not ${values.beside}`)
const CONCURRENCY = 16
const BATCH = 100
const ROUNDS = 2
const WAYS = ['HTTP', `HTTP, batch of ${BATCH}`, 'WebSocket'] as const
/** Blocks come twelve times as often as on the public network. */
const BLOCK_EVERY_MS = 400
const PACED_MS = 10_000
/**
 * Loops until a million gas is left: JUMPDEST; PUSH3 1000000; GAS; GT; PUSH1 0; JUMPI; STOP. Some hundred milliseconds.
 */
const LONG_CODE = '0x5b620f42405a1160005700'
const LONG_GAS = '0x4c4b40'

interface Server {
  readonly name: string
  readonly url: string
  readonly pid: number
  mine(): Promise<void>
}

const ours = fork(join(import.meta.dirname, '../support/bench-node.ts'), {
  execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
})
const [{ url: ourUrl }] = (await once(ours, 'message')) as [{ readonly url: string }]
const hardhat = await startHardhat(join(ROOT, '.cache/hardhat'))
const poai: Server = {
  ...{ name: 'poai', url: ourUrl, pid: ours.pid ?? 0 },
  mine: async () => {
    ours.send('mine')
    await once(ours, 'message')
  },
}
const servers: readonly Server[] = [
  poai,
  {
    ...{ name: 'Hardhat', url: hardhat.url, pid: hardhat.process.pid ?? 0 },
    mine: async () => void (await callOnce(hardhat.url, 'evm_mine')),
  },
]

const COLUMNS =
  'case                                      poai/s  Hardhat/s  ratio | by CPU-s: poai  Hardhat  ratio | p99 ms: poai  Hardhat  wanted'

function report(name: string, [mine, theirs]: readonly [Measured, Measured], least: number): void {
  const rate = ({ calls, seconds }: Measured): number => calls / seconds
  const byCpu = ({ calls, cpuSeconds }: Measured): number => calls / cpuSeconds
  const both = (of: (measured: Measured) => number, digits: number, width: number): string =>
    [mine, theirs].map((measured) => of(measured).toFixed(digits).padStart(width)).join('  ')
  const ratio = (of: (measured: Measured) => number): string => (of(mine) / of(theirs)).toFixed(1).padStart(6)
  const verdict = byCpu(mine) / byCpu(theirs) >= least ? 'ok' : 'BELOW'
  const p99 = (measured: Measured): number => quantile(measured.latenciesMs, 0.99)
  console.log(
    `${name.padEnd(40)} ${both(rate, 0, 7)}    ${ratio(rate)} |       ${both(byCpu, 0, 8)} ${ratio(byCpu)} |     ${both(p99, 1, 7)}  ${verdict} (${least}x)`,
  )
}

function runOver(server: Server, way: (typeof WAYS)[number], load: Load, measured: Measured): Promise<void> {
  const over = way === 'WebSocket' ? overWebSocket : overHttp
  return over(server.url, CONCURRENCY, (senders) => runLoad(senders, load, measured, server.pid))
}

/** Texts of one call each, or of a batch. */
function textsOf(way: (typeof WAYS)[number], single: () => string | undefined): Load {
  if (!way.includes('batch')) return { next: single, callsPerText: 1, durationMs }
  const next = (): string | undefined => {
    const calls = Array.from({ length: BATCH }, single)
    return calls.includes(undefined) ? undefined : `[${calls.join(',')}]`
  }
  return { next, callsPerText: BATCH, durationMs }
}

/** Mines at a pace for some time, and says how that went. */
async function paced(meanwhile: (durationMs: number) => Promise<string>): Promise<string> {
  ours.send({ everyMs: BLOCK_EVERY_MS })
  const started = performance.now()
  const said = await meanwhile(PACED_MS)
  const seconds = (performance.now() - started) / 1000
  ours.send('rest')
  const [{ blockMs }] = (await once(ours, 'message')) as [{ readonly blockMs: readonly number[] }]
  const median = quantile(blockMs, 0.5).toFixed(0)
  return `${(blockMs.length / seconds).toFixed(2)} blocks/s mined and replayed of ${(1000 / BLOCK_EVERY_MS).toFixed(2)} wished, ${median} ms a block (p95 ${quantile(blockMs, 0.95).toFixed(0)})${said}`
}

try {
  const contents = await Promise.all(servers.map(fill))
  const [{ contract }] = contents as [Content, Content]
  const logs = { address: contract, fromBlock: '0x1', toBlock: '0x32' }
  const call = { to: contract, data: `0x${'01'.repeat(32)}` }
  await requireSameContent(
    servers.map(({ url }) => url),
    { logs, call },
  )
  const cases: readonly { readonly method: string; readonly params: readonly unknown[]; readonly least: number }[] = [
    { method: 'eth_blockNumber', params: [], least: 3 },
    { method: 'eth_getBalance', params: [OWNER, 'latest'], least: 3 },
    { method: 'eth_getBlockByNumber', params: ['0x10', true], least: 3 },
    { method: 'eth_getLogs', params: [logs], least: 1 },
    { method: 'eth_call', params: [call, 'latest'], least: 1 },
  ]
  console.log(
    `poai beside Hardhat ${hardhat.version}: ${BLOCKS + 1} blocks of ${TRANSFERS + 1} transactions, the same answers from both, ${CONCURRENCY} texts at a time, ${ROUNDS} slices of ${durationMs / 1000} s each by turns\n`,
  )
  console.log(COLUMNS)
  for (const { method, params, least } of cases.filter((entry) => entry.method.includes(values.only))) {
    for (const way of WAYS) {
      const results = [freshMeasured(), freshMeasured()] as const
      // Compilers of both warm up to the case: not counted.
      for (const server of servers) {
        await runOver(
          server,
          way,
          textsOf(way, () => callText(method, params)),
          freshMeasured(),
        )
      }
      for (let round = 0; round < ROUNDS; round++) {
        for (const [index, server] of servers.entries()) {
          await runOver(
            server,
            way,
            textsOf(way, () => callText(method, params)),
            results[index] as Measured,
          )
        }
      }
      report(`${method}, ${way}`, results, least)
    }
  }
  for (const [portion, way] of WAYS.entries()) {
    const results = [freshMeasured(), freshMeasured()] as const
    for (const [index, server] of servers.entries()) {
      const left = [...((contents[index] as Content).portions[portion] ?? [])]
      const next = (): string | undefined => {
        const raw = left.shift()
        return raw === undefined ? undefined : callText('eth_sendRawTransaction', [raw])
      }
      await runOver(server, way, textsOf(way, next), results[index] as Measured)
    }
    report(`eth_sendRawTransaction, ${way}`, results, 1)
  }
  const alone = await paced((forMs) => new Promise((resolve) => setTimeout(() => resolve(''), forMs)))
  const beside = async (method: string, given: readonly unknown[], forMs: number): Promise<string> => {
    const measured = freshMeasured()
    await runOver(poai, 'HTTP', { ...textsOf('HTTP', () => callText(method, given)), durationMs: forMs }, measured)
    return `, beside ${(measured.calls / measured.seconds).toFixed(1)} ${method}/s (p99 ${quantile(measured.latenciesMs, 0.99).toFixed(1)} ms)`
  }
  const asked = await paced((forMs) => beside('eth_getBalance', [OWNER, 'latest'], forMs))
  const long = [{ to: OWNER, gas: LONG_GAS }, 'latest', { [OWNER]: { code: LONG_CODE } }]
  const computing = await paced((forMs) => beside('eth_call', long, forMs))
  console.log(`\nasked nothing: ${alone}\nasked as much as it answers: ${asked}\ncomputing all the time: ${computing}`)
} finally {
  hardhat.process.kill()
  ours.disconnect()
}
process.exit(0)
