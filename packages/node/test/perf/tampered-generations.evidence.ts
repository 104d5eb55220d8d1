// A claim about what a model said is accepted if it is right, and found if anything in it was changed: with the real
// model, by the rules for answers of `generate` and of `replay`, and by a contract on a real node.
//   npm run evidence -- tampered-generations [GENERATIONS] [CALLS OF EACH KIND] [FIRST]
// GENERATIONS (10,000) honest ones are judged, and as many with one change each, its kind by turns. Then CALLS (200) of
// each kind go through `eth_call`. One that is missed, or a false alarm, is a failure.
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  answeredCall,
  type ExamEvaluation,
  generateAnswer,
  judgeAnswer,
  replayAnswer,
  requestOfAnswer,
  taskOf,
} from '@poai/consensus'
import {
  bytesToHex,
  type CallableModel,
  concatBytes,
  decodeInferenceCall,
  devnet,
  encodeGenerate,
  encodeReplay,
  type GenerateAnswer,
  type GenerateCall,
  type Hash32,
  hash32,
  INFERENCE_ADDRESSES,
  promptToTokens,
  type ReplayCall,
  RuleError,
  toHash32,
  uintToBytes,
  utf8ToBytes,
} from '@poai/core'
import { createPortableEngine, type InferenceEngine } from '@poai/inference'
import { prepareProgramCache, seededExamRequests } from '@poai/testing'
import { FORWARDER_CODE } from '@poai/testing/chain'
import { createNode, type Node, resolveConfig } from '../../src/index.ts'

const MODELS = join(import.meta.dirname, '../../../../models')
const MODEL = join(MODELS, 'quiz-1/quiz-1.Q8_0.gguf')
const [wanted = 10_000, callsOfEach = 200, first = 0] = process.argv.slice(2).map(Number)
const TOLD_EVERY_MS = 30_000
/** Generations at one time: enough for all workers. */
const AT_ONCE = 32
/** Calls at one time: fewer than a node lets wait. */
const CALLS_AT_ONCE = 16
const MOST_TOKENS = 16
/** Hot enough for long answers: this model ends most of its own soon. */
const MOST_HEAT = 4_000
const inference = devnet.inference
const model = inference?.models.find(({ name }) => name === 'quiz-1')
if (inference === undefined || model === undefined) throw new Error('the devnet has quiz-1 to call')
const QUIZ: CallableModel = model

/** What is said that a model did. */
interface Claim {
  readonly prompt: Uint8Array
  readonly temperature: number
  readonly seed: Hash32
  readonly maxTokens: number
  readonly output: readonly number[]
  readonly root: Hash32
}

/** Changes a claim in one place, by a number. Undefined: this claim has no such place. */
type Change = (claim: Claim, pick: number) => Claim | undefined

function flipped(bytes: Uint8Array, pick: number): Uint8Array {
  const changed = bytes.slice()
  const at = pick % bytes.length
  changed[at] = (changed[at] ?? 0) ^ (1 << ((pick >>> 8) % 8))
  return changed
}

const CHANGES: Readonly<Record<string, Change>> = {
  'another token': (claim, pick) => {
    const at = pick % claim.output.length
    const token = ((claim.output[at] ?? 0) + 1 + ((pick >>> 8) % 258)) % 259
    return { ...claim, output: claim.output.with(at, token) }
  },
  'two tokens swapped': (claim, pick) => {
    const { output } = claim
    const one = pick % output.length
    const other = output.findIndex((token) => token !== output[one])
    if (other === -1) return undefined
    return { ...claim, output: output.with(one, output[other] ?? 0).with(other, output[one] ?? 0) }
  },
  'another root': (claim, pick) => ({ ...claim, root: toHash32(flipped(claim.root, pick)) }),
  'another byte in the prompt': (claim, pick) => ({ ...claim, prompt: flipped(claim.prompt, pick) }),
  'another seed': (claim, pick) => ({ ...claim, seed: toHash32(flipped(claim.seed, pick)) }),
  'another temperature': (claim, pick) => ({
    ...claim,
    temperature: claim.temperature === 0 || pick % 2 === 0 ? claim.temperature + 1 : claim.temperature - 1,
  }),
  truncated: (claim, pick) =>
    claim.output.length < 2
      ? undefined
      : { ...claim, output: claim.output.slice(0, 1 + (pick % (claim.output.length - 1))) },
  extended: (claim, pick) => ({ ...claim, output: [...claim.output, pick % 259] }),
}
const KINDS = Object.keys(CHANGES)

function picksOf(number: number): readonly number[] {
  const bytes = hash32(utf8ToBytes(`tampered generation ${number}`))
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return Array.from({ length: 8 }, (_, index) => view.getUint32(4 * index))
}

/** A question of random length at a random temperature. */
function questionOf(number: number): Omit<Claim, 'output' | 'root'> {
  const [length = 0, heat = 0, count = 0] = picksOf(number)
  const [exam] = seededExamRequests(`tampered ${number >> 4}`, 1)
  const text = Uint8Array.from(exam?.tokens.slice(1) ?? [], (token) => token - 3)
  return {
    prompt: text.slice(0, 1 + (length % (text.length - 1 - MOST_TOKENS))),
    temperature: heat % 8 === 0 ? 0 : heat % (MOST_HEAT + 1),
    seed: hash32(utf8ToBytes(`seed ${number}`)),
    maxTokens: 2 + (count % (MOST_TOKENS - 1)),
  }
}

function generateCallOf(claim: Omit<Claim, 'output' | 'root'>): GenerateCall {
  const call = decodeInferenceCall({ models: [QUIZ] }, 'generate', encodeGenerate({ ...claim, model: QUIZ.sha256 }))
  if (call?.kind !== 'generate') throw new Error('a question is a call')
  return call
}

function replayInputOf(claim: Claim): Uint8Array {
  return encodeReplay({ ...claim, output: Uint32Array.from(claim.output), model: QUIZ.sha256 })
}

function replayCallOf(claim: Claim): ReplayCall {
  const call = decodeInferenceCall({ models: [QUIZ] }, 'replay', replayInputOf(claim))
  if (call?.kind !== 'replay') throw new Error('a claim is a call')
  return call
}

async function honestClaim(engine: InferenceEngine, number: number): Promise<Claim> {
  const question = questionOf(number)
  const { prompt, maxTokens, temperature, seed } = question
  const sampling = { temperature, seed }
  const asked = { prompt: promptToTokens(prompt), maxTokens, sampling, stopTokens: QUIZ.stopTokens }
  const answer = generateAnswer(generateCallOf(question), await engine.generate(asked))
  return { ...question, output: answer.tokens, root: answer.root }
}

/** The claim with one change, of this kind or of the next one that it has a place for. */
function tampered(claim: Claim, number: number): { readonly kind: string; readonly claim: Claim } {
  const [, , , , pick = 0] = picksOf(number)
  for (let turn = 0; turn < KINDS.length; turn++) {
    const kind = KINDS[(number + turn) % KINDS.length] ?? ''
    const changed = CHANGES[kind]?.(claim, pick)
    if (changed !== undefined) return { kind, claim: changed }
  }
  throw new Error('every claim has a root to change')
}

/** Whether each of the two rules accepts a claim, by one pass. */
async function verdictsOn(engine: InferenceEngine, claim: Claim): Promise<readonly [replay: boolean, body: boolean]> {
  const call = generateCallOf(claim)
  const { input } = call
  const answer: GenerateAnswer = { kind: 'generate', input, tokens: claim.output, root: claim.root }
  const answered = answeredCall(call, answer)
  const [evaluation] = await engine.evaluate([requestOfAnswer(answered)])
  const replay = replayCallOf(claim)
  const verdict = replayAnswer(replay, taskOf(replay), evaluation as ExamEvaluation)
  const isReplayed = verdict.isRightRoot && verdict.firstWrong === claim.output.length
  try {
    judgeAnswer(answered, evaluation as ExamEvaluation)
    return [isReplayed, true]
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    return [isReplayed, false]
  }
}

/** What became of claims of one kind. */
interface Count {
  judged: number
  acceptedByReplay: number
  acceptedInBody: number
  called: number
  acceptedByContract: number
}

const counts = new Map<string, Count>()
const HONEST = 'honest'

function countOf(kind: string): Count {
  const count = counts.get(kind)
  if (count !== undefined) return count
  const fresh = { judged: 0, acceptedByReplay: 0, acceptedInBody: 0, called: 0, acceptedByContract: 0 }
  counts.set(kind, fresh)
  return fresh
}

/** Those that calls are made of. */
const sample = new Map<string, Claim[]>([HONEST, ...KINDS].map((kind) => [kind, []]))

async function judge(engine: InferenceEngine, kind: string, claim: Claim): Promise<void> {
  const [byReplay, inBody] = await verdictsOn(engine, claim)
  const count = countOf(kind)
  count.judged++
  count.acceptedByReplay += byReplay ? 1 : 0
  count.acceptedInBody += inBody ? 1 : 0
  const chosen = sample.get(kind)
  if (chosen !== undefined && chosen.length < callsOfEach) chosen.push(claim)
}

async function together<Item>(
  items: Iterator<Item> & Iterable<Item>,
  atOnce: number,
  run: (item: Item) => Promise<void>,
): Promise<void> {
  const work = async (): Promise<void> => {
    for (const item of items) await run(item)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

async function startNode(directory: string): Promise<{ readonly node: Node; readonly url: string }> {
  const lines: string[] = []
  const flags = { p2p: false, workers: '1', 'http-port': '0', 'log-format': 'json', engine: 'native' }
  const { config } = resolveConfig({ flags })
  const home = join(directory, 'home')
  const cache = join(await prepareProgramCache(), '..')
  const installation = { models: MODELS, home, modelStore: join(home, 'models'), cache }
  const screen = { write: (text: string) => void lines.push(text), isInteractive: false }
  const node = createNode({ config, params: devnet, directory, installation, version: '0.1.0' }, { screen })
  await node.start()
  const url = /"http":"([^"]+)"/.exec(lines.join(''))?.[1]
  if (url === undefined) throw new Error(`the node has no HTTP: ${lines.join('')}`)
  return { node, url }
}

const CONTRACT = `0x${'c0de'.repeat(10)}`
const CALL_GAS = '0xb71b00'
let lastId = 0

/** Whether a contract is told that the claim holds. */
async function isAcceptedByContract(url: string, claim: Claim): Promise<boolean> {
  const data = bytesToHex(concatBytes(uintToBytes(INFERENCE_ADDRESSES.replay, 32), replayInputOf(claim)))
  const params = [{ to: CONTRACT, data, gas: CALL_GAS }, 'latest', { [CONTRACT]: { code: FORWARDER_CODE } }]
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: ++lastId, method: 'eth_call', params }),
  })
  const { result, error } = (await response.json()) as { readonly result?: string; readonly error?: unknown }
  if (result?.length !== 130) throw new Error(`eth_call: ${JSON.stringify(error ?? result)}`)
  return BigInt(result.slice(0, 66)) === 1n && BigInt(`0x${result.slice(66)}`) === BigInt(claim.output.length)
}

const begin = performance.now()
let toldMs = begin
const tell = (what: string): void => {
  if (performance.now() - toldMs < TOLD_EVERY_MS) return
  toldMs = performance.now()
  console.error(`${Math.round((toldMs - begin) / 1000)} s: ${what}`)
}

let tokens = 0
const engine = createPortableEngine({
  modelPath: MODEL,
  cacheDirectory: await prepareProgramCache(),
  ...{ workers: availableParallelism(), program: 'native' },
})
await engine.start()
try {
  await together(Array.from({ length: wanted }, (_, index) => first + index).values(), AT_ONCE, async (number) => {
    const honest = await honestClaim(engine, number)
    tokens += honest.output.length
    await judge(engine, HONEST, honest)
    const { kind, claim } = tampered(honest, number)
    await judge(engine, kind, claim)
    tell(`${number + 1 - first} generations`)
  })
} finally {
  await engine.stop()
}
const directory = await mkdtemp(join(tmpdir(), 'poai-tampered-'))
const { node, url } = await startNode(directory)
try {
  const claims = [...sample].flatMap(([kind, chosen]) => chosen.map((claim) => ({ kind, claim })))
  await together(claims.values(), CALLS_AT_ONCE, async ({ kind, claim }) => {
    const count = countOf(kind)
    count.called++
    const isAccepted = await isAcceptedByContract(url, claim)
    count.acceptedByContract += isAccepted ? 1 : 0
    tell(`${lastId} of ${claims.length} calls`)
  })
} finally {
  await node.stop()
  await rm(directory, { recursive: true, force: true })
}

let falseAlarms = 0
let missed = 0
const rows: Record<string, Record<string, number>> = {}
for (const kind of [HONEST, ...KINDS]) {
  const { judged, acceptedByReplay, acceptedInBody, called, acceptedByContract } = countOf(kind)
  const accepted = acceptedByReplay + acceptedInBody + acceptedByContract
  if (kind === HONEST) falseAlarms += 2 * judged + called - accepted
  else missed += accepted
  rows[kind] = {
    judged,
    'by replay': acceptedByReplay,
    'in a body': acceptedInBody,
    called,
    'by a contract': acceptedByContract,
  }
}
console.log(`${QUIZ.name}, native: accepted claims by kind`)
console.table(rows)
const isWhole = [HONEST, ...KINDS].every((kind) => countOf(kind).called > 0)
const seconds = Math.round((performance.now() - begin) / 1000)
const honest = countOf(HONEST).judged
const judgedTampered = KINDS.reduce((sum, kind) => sum + countOf(kind).judged, 0)
console.log(JSON.stringify({ honest, tampered: judgedTampered, tokens, calls: lastId, missed, falseAlarms, seconds }))
const holds = missed === 0 && falseAlarms === 0 && isWhole && honest === wanted && judgedTampered === wanted
console.log(holds ? 'holds' : 'DOES NOT HOLD')
process.exitCode = holds ? 0 : 1
