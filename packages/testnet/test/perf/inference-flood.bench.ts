// How much strangers who ask a model by eth_call hold up a node's own work: npm run bench -- inference-flood [PAIRS]
// [SECONDS] [CONNECTIONS]
//
// Two real nodes mine and import each other's blocks. In every other period (PAIRS of them, 8, of SECONDS, 20, each)
// CONNECTIONS (32) ask the second one as fast as it answers, each time something else. Measured there: how long imports
// take, and attempts a second. What a third of the periods shows is what the connections alone cost: the same calls of
// code that asks no model. Goal: the p99 of imports, and the attempts, within 20 % of the periods without questions.

import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import {
  bytesToHex,
  devnet,
  encodeGenerate,
  type Hex,
  hash32,
  INFERENCE_ADDRESSES,
  uintToBytes,
  utf8ToBytes,
} from '@poai/core'
import { startEvidenceTestnet } from '../support/evidence-testnet.ts'

const [pairs = 8, seconds = 20, connections = 32] = process.argv.slice(2).map(Number)
/** What an import may take longer, and attempts may lose. */
const MOST = 1.2
/** Of each question. */
const PROMPT_BYTES = 64
const TOKENS = 64
/** Pauses between periods, in which what is under way ends. */
const SETTLE_MS = 2_000
const CALL = { timeoutMs: 60_000 }
const model = devnet.inference?.models.find(({ name }) => name === 'quiz-1')
if (model === undefined) throw new Error('the devnet has quiz-1 to call')
const { sha256 } = model

const KINDS = ['quiet', 'calls of no model', 'questions'] as const
type Kind = (typeof KINDS)[number]

interface Period {
  readonly kind: Kind
  readonly fromMs: number
  readonly toMs: number
  readonly attempts: number
  readonly answered: number
  readonly refused: number
  readonly latenciesMs: readonly number[]
}

/** Milliseconds of imports and of answers, and what was done in a second. */
interface Figures {
  readonly imports: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly attempts: number
  readonly answered: number
  readonly refused: number
  readonly p99Asked: number
}

let asked = 0

/** A question that nobody asked before, or a call of the precompile that returns its input. */
function paramsOf(kind: Kind): string {
  const seed = hash32(utf8ToBytes(`question ${++asked}`))
  const prompt = Uint8Array.from({ length: PROMPT_BYTES }, (_, index) => 33 + (((seed[index % 32] ?? 0) + index) % 90))
  const data = bytesToHex(encodeGenerate({ model: sha256, prompt, maxTokens: TOKENS, temperature: 1000, seed }))
  const to = bytesToHex(uintToBytes(kind === 'questions' ? INFERENCE_ADDRESSES.generate : 4n, 20)) as Hex
  return JSON.stringify([{ to, data, gas: '0xb71b00' }, 'latest'])
}

function post(agent: Agent, port: number, body: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', headers, signal }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve(text))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

const network = await startEvidenceTestnet({
  ...{ nodes: 2, miners: 2, spacingSeconds: 1, easiestAttempts: 16n },
  argumentsOf: () => ['--workers', '1', '--engine', 'native', '--log-level', 'debug', '--http-rate', '0'],
})
const { server, nodes } = network.testnet
const port = server.process.plan.httpPort ?? 0

async function attemptsSoFar(): Promise<number> {
  return (await server.process.status(CALL)).miner?.attempts ?? 0
}

async function period(kind: Kind): Promise<Period> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const stop = new AbortController()
  const latenciesMs: number[] = []
  let refused = 0
  const ask = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const sentMs = performance.now()
      const body = `{"jsonrpc":"2.0","id":1,"method":"eth_call","params":${paramsOf(kind)}}`
      const text = await post(agent, port, body, stop.signal).catch(() => undefined)
      if (text === undefined) continue
      if (text.includes('"error"')) refused++
      else latenciesMs.push(performance.now() - sentMs)
    }
  }
  const [fromMs, before] = [Date.now(), await attemptsSoFar()]
  const asking = kind === 'quiet' ? [] : Array.from({ length: connections }, ask)
  await delay(seconds * 1000)
  const [toMs, after] = [Date.now(), await attemptsSoFar()]
  stop.abort()
  await Promise.all(asking)
  agent.destroy()
  await delay(SETTLE_MS)
  return { kind, fromMs, toMs, attempts: after - before, answered: latenciesMs.length, refused, latenciesMs }
}

/** Imports of the server: when each began, and how long it took. */
async function imports(): Promise<readonly { readonly startMs: number; readonly durationMs: number }[]> {
  const log = await readFile(server.process.plan.logFile, 'utf8')
  return [...log.matchAll(/span=import .*?startMs=([\d.]+) durationMs=([\d.]+) outcome=(?:head|side)/g)].map(
    ([, startMs, durationMs]) => ({ startMs: Number(startMs), durationMs: Number(durationMs) }),
  )
}

try {
  const periods: Period[] = []
  // The first one warms up, and does not count.
  for (const kind of KINDS) await period(kind)
  for (let pair = 0; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? KINDS : KINDS.toReversed()
    for (const kind of order) periods.push(await period(kind))
    console.error(`${pair + 1} of ${pairs}`)
  }
  const all = await imports()
  const figuresOf = (kind: Kind): Figures => {
    const chosen = periods.filter((candidate) => candidate.kind === kind)
    const took = all
      .filter(({ startMs }) => chosen.some(({ fromMs, toMs }) => startMs >= fromMs && startMs < toMs))
      .map(({ durationMs }) => durationMs)
    const span = chosen.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1000, 0)
    const rateOf = (member: 'attempts' | 'answered' | 'refused'): number =>
      chosen.reduce((total, entry) => total + entry[member], 0) / span
    return {
      ...{ imports: took.length, p50: quantile(took, 0.5), p90: quantile(took, 0.9), p99: quantile(took, 0.99) },
      ...{ attempts: rateOf('attempts'), answered: rateOf('answered'), refused: rateOf('refused') },
      // Of a question, as who asks sees it.
      p99Asked: quantile(
        chosen.flatMap(({ latenciesMs }) => latenciesMs),
        0.99,
      ),
    }
  }
  const of = {
    quiet: figuresOf('quiet'),
    'calls of no model': figuresOf('calls of no model'),
    questions: figuresOf('questions'),
  }
  console.log(`two nodes, native, ${pairs} periods of ${seconds} s of each kind, ${connections} connections`)
  console.table(
    Object.fromEntries(
      Object.entries(of).map(([kind, figures]) => [
        kind,
        Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number(value.toFixed(1))])),
      ]),
    ),
  )
  const ratioOf = (member: keyof Figures, one: Kind, other: Kind): number => of[one][member] / of[other][member]
  const slower = ratioOf('p99', 'questions', 'quiet')
  const kept = ratioOf('attempts', 'questions', 'quiet')
  console.log(
    JSON.stringify({
      ...{ p99: slower, attempts: kept },
      ...{ p99OfConnections: ratioOf('p99', 'calls of no model', 'quiet') },
      ...{ attemptsOfConnections: ratioOf('attempts', 'calls of no model', 'quiet') },
      p99BesideOtherCalls: ratioOf('p99', 'questions', 'calls of no model'),
    }),
  )
  const holds = slower <= MOST && kept >= 1 / MOST && of.questions.answered > 0
  console.log(holds ? 'within 20 %' : 'MORE THAN 20 %')
  if (nodes.some(({ process: { isRunning } }) => !isRunning)) throw new Error('a node has ended')
  process.exitCode = holds ? 0 : 1
} finally {
  await network.close()
}
