// Contracts ask models on four real nodes with several engines, and all have one chain with one state; whatever happens
// to engines meanwhile, no answer changes, and nobody is blamed.
//   npm run evidence -- evm-inference [blocks] [transactions a block]
// Two miners, native and WebAssembly, and two validators. Each block (100) has so many calls (20), sent by JSON-RPC: to
// the precompiles themselves, through a contract, and replays of earlier answers. Native workers are killed all the
// time. From a quarter of the blocks on a second model is called which one validator does not have: it must stop before
// the first such block, say why, and go on when it has the model. At the end eth_call asks for every answer again, by
// turns at all four nodes.
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask, createHttpRpcClient } from '@poai/api/connect'
import {
  bytesToHex,
  type CallableModel,
  concatBytes,
  devnet,
  encodeGenerate,
  encodeReplay,
  type Hash32,
  type Hex,
  hash32,
  hex,
  INFERENCE_ADDRESSES,
  type InferenceKind,
  type NetworkParams,
  toHash32,
  uintToBytes,
  utf8ToBytes,
} from '@poai/core'
import { formatVectors, hashVectors, importModel, parseVectors } from '@poai/inference'
import { openModelStore } from '@poai/node'
import { prepareProgramCache } from '@poai/testing'
import { FORWARDER_CREATION } from '@poai/testing/chain'
import { getCreateAddress, Transaction, Wallet } from 'ethers'
import type { TestnetNode } from '../../src/nodes/testnet-node.ts'
import { formatTable } from '../../src/terminal/table.ts'
import { haveOneChain, secondsUntil, startEvidenceTestnet } from '../support/evidence-testnet.ts'

const [blocks = 100, perBlock = 20] = process.argv.slice(2).map(Number)
const ENGINES = ['native', 'wasm', 'wasm', 'native']
const MINERS = 2
/** Names of nodes by their part. */
const AWAY = 'node-3'
const KILLED = ['node-1', 'node-4']
/** After so many of the rounds the second model is called, and then the node without it gets it. */
const CALLED_FROM = Math.max(1, Math.floor(blocks / 4))
const BACK_AT = Math.max(CALLED_FROM + 1, Math.floor(blocks / 2))
/** Workers that die, one in so many rounds for each node that is hit. */
const KILLS = Math.max(2, Math.floor(blocks / 8))
const KILL_EVERY = Math.max(1, Math.floor(blocks / KILLS))
/** Longest for a block, and for a node that comes back. */
const ROUND_MS = 180_000
const RETURN_MS = 300_000
const CALL = { timeoutMs: 60_000 }
const MODELS = join(import.meta.dirname, '../../../../models')
const SECOND = 'quiz-1-again'
const MOST_TOKENS = 16
const GWEI = 1_000_000_000n
const GAS_LIMIT = 500_000n
const quiz = devnet.inference?.models.find(({ name }) => name === 'quiz-1')
if (quiz === undefined) throw new Error('the devnet has quiz-1 to call')
const QUIZ: CallableModel = quiz

/** A model that comes with no program: quiz-1 under another name, so that its vectors are known. */
async function makeSecond(folder: string): Promise<{
  readonly path: string
  readonly vectors: string
  readonly model: CallableModel
}> {
  const bytes = await readFile(join(MODELS, 'quiz-1/quiz-1.Q8_0.gguf'))
  const at = bytes.indexOf('quiz-1')
  if (at === -1) throw new Error('the model has its name in it')
  bytes.write('QUIZ-1', at)
  const path = join(folder, `${SECOND}.gguf`)
  await writeFile(path, bytes)
  const sha256 = createHash('sha256').update(bytes).digest()
  const vectors = parseVectors(await readFile(join(MODELS, 'quiz-1/vectors/portable-1.json'), 'utf8'))
  const text = formatVectors({ ...vectors, modelSha256: sha256.toString('hex') })
  const pins = { sha256: toHash32(sha256), vectorsSha256: toHash32(hex(`0x${hashVectors(text)}`)) }
  return { path, vectors: text, model: { ...QUIZ, name: SECOND, ...pins } }
}

const home = await mkdtemp(join(tmpdir(), 'poai-evm-inference-'))
const second = await makeSecond(home)
const homeOf = (name: string): string => join(home, name)

/** Puts the second model and its vectors where a node looks for them. */
async function giveSecond(name: string): Promise<void> {
  const nodeHome = homeOf(name)
  const { vectorsSha256, sha256 } = second.model
  await mkdir(join(nodeHome, 'vectors'), { recursive: true })
  await writeFile(join(nodeHome, 'vectors', `${bytesToHex(vectorsSha256).slice(2)}.json`), second.vectors)
  const modelStore = join(nodeHome, 'models')
  await mkdir(modelStore, { recursive: true })
  const store = await openModelStore({ models: MODELS, home: nodeHome, modelStore, cache: join(nodeHome, 'cache') })
  const pin = { name: SECOND, sha256: bytesToHex(sha256).slice(2) }
  await importModel(store, { path: second.path, mode: 'copy', ...pin })
}

const programs = await prepareProgramCache()
for (const index of ENGINES.keys()) {
  const name = `node-${index + 1}`
  await cp(programs, join(homeOf(name), 'cache/engine'), { recursive: true })
  if (name !== AWAY) await giveSecond(name)
}
const network = await startEvidenceTestnet({
  ...{ nodes: ENGINES.length, miners: MINERS, spacingSeconds: 2, easiestAttempts: 32n },
  change: (params: NetworkParams) => ({ ...params, inference: { models: [QUIZ, second.model] } }),
  argumentsOf: ({ name }) => [
    ...['--home', homeOf(name), '--workers', '1'],
    ...['--engine', ENGINES[Number(name.slice('node-'.length)) - 1] ?? 'auto'],
  ],
})
const { testnet, params, accounts } = network
const { nodes, server } = testnet
const rpc = createHttpRpcClient({ url: `http://127.0.0.1:${server.process.plan.httpPort}` })
const wallets = accounts.map(({ key }) => ({ wallet: new Wallet(key), nonce: 0 }))
const begin = performance.now()
const seconds = (): string => `${Math.round((performance.now() - begin) / 1000)} s`

function nodeOf(name: string): TestnetNode {
  const node = nodes.find((candidate) => candidate.name === name)
  if (node === undefined) throw new RangeError(`there is no ${name}`)
  return node
}

/** A call of a model by a transaction. */
interface Asked {
  readonly hash: Hex
  readonly kind: InferenceKind
  readonly way: 'direct' | 'contract'
  readonly model: string
  readonly input: Uint8Array
  readonly round: number
}

/** What a generation was asked, and the tokens and root that the chain has for it. */
interface Known {
  readonly prompt: Uint8Array
  readonly temperature: number
  readonly seed: Hash32
  readonly model: Hash32
  readonly output: Uint32Array
  readonly root: Hash32
}

const asked: Asked[] = []
const questions = new Map<Hex, Omit<Known, 'output' | 'root'>>()
const known: Known[] = []
const faults: string[] = []
const kills = new Map<string, number>(KILLED.map((name) => [name, 0]))

function picksOf(text: string): readonly number[] {
  const bytes = hash32(utf8ToBytes(text))
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return Array.from({ length: 8 }, (_, index) => view.getUint32(4 * index))
}

async function send(turn: number, { to, data }: { readonly to?: Hex; readonly data: Uint8Array }): Promise<Hex> {
  const sender = wallets[turn % wallets.length]
  if (sender === undefined) throw new Error('a testnet has accounts')
  const transaction = Transaction.from({
    ...{ type: 2, chainId: params.chainId, nonce: sender.nonce++, gasLimit: GAS_LIMIT, data: bytesToHex(data) },
    ...(to === undefined ? {} : { to }),
    ...{ maxFeePerGas: 100n * GWEI, maxPriorityFeePerGas: GWEI },
  })
  transaction.signature = sender.wallet.signingKey.sign(transaction.unsignedHash)
  return await ask(rpc, 'eth_sendRawTransaction', [transaction.serialized as Hex], CALL)
}

function addressOf(kind: InferenceKind): Hex {
  return bytesToHex(uintToBytes(INFERENCE_ADDRESSES[kind], 20))
}

const forwarder = getCreateAddress({ from: wallets[0]?.wallet.address ?? '', nonce: 0 }) as Hex

/** Sends one call: by its place in the block to a precompile or through the contract, a question or a replay. */
async function sendCall(round: number, place: number): Promise<void> {
  const text = `call ${round} ${place}`
  const picks = picksOf(text)
  const [one = 0, two = 0, heat = 0, length = 0, chosen = 0] = picks
  const isSecond = round >= CALLED_FROM && place % 10 === 1
  const claim = place % 5 === 4 ? known[chosen % Math.max(1, known.length)] : undefined
  const way = place % 5 === 0 ? 'direct' : 'contract'
  const model = isSecond ? second.model : QUIZ
  const question = {
    prompt: utf8ToBytes(one % 4 === 0 ? `\n${text}: ` : `\nQ: ${one % 90} + ${two % 90}?\nA: `),
    temperature: heat % 3 === 0 ? 0 : heat % 3001,
    seed: hash32(utf8ToBytes(`seed of ${text}`)),
    model: model.sha256,
  }
  const wrong = chosen % 2 === 0
  const input =
    claim === undefined
      ? encodeGenerate({ ...question, maxTokens: 1 + (length % MOST_TOKENS) })
      : encodeReplay({ ...claim, seed: wrong ? question.seed : claim.seed })
  const kind = claim === undefined ? 'generate' : 'replay'
  const forwarded = concatBytes(uintToBytes(INFERENCE_ADDRESSES[kind], 32), input)
  const call = way === 'direct' ? { to: addressOf(kind), data: input } : { to: forwarder, data: forwarded }
  const hash = await send(place, call)
  asked.push({ hash, kind, way, model: claim === undefined ? model.name : 'of the claim', input, round })
  if (claim === undefined) questions.set(hash, question)
}

const miners = nodes.slice(0, MINERS)

async function headOf(node: TestnetNode): Promise<number> {
  return Number(await ask(node.process, 'eth_blockNumber', [], CALL))
}

async function pendingOf(node: TestnetNode): Promise<number> {
  return Number((await ask(node.process, 'txpool_status', [], CALL)).pending)
}

async function killWorkerOf(name: string): Promise<void> {
  const { workers } = await ask(nodeOf(name).process, 'poai_engine', [], CALL)
  const pid = workers.find(({ state }) => state === 'busy' || state === 'idle')?.pid
  if (pid === undefined || pid === null) return
  process.kill(pid, 'SIGKILL')
  kills.set(name, (kills.get(name) ?? 0) + 1)
}

/** Lets blocks be mined until all that waits is in the chain of the server. */
async function mineAll(
  what: string,
  wanted: number,
  meanwhile: () => Promise<void> = async () => undefined,
): Promise<void> {
  // One that has another block of the same height may have more.
  const ready = await secondsUntil(ROUND_MS, async () => {
    const pending = await Promise.all([...miners, server].map(pendingOf))
    return pending.every((count) => count >= wanted)
  })
  const before = Math.max(...(await Promise.all(miners.map(headOf))))
  await testnet.resumeMining(AbortSignal.timeout(ROUND_MS))
  await meanwhile()
  const found = await secondsUntil(ROUND_MS, async () => {
    const heads = await Promise.all(miners.map(headOf))
    return Math.max(...heads) > before
  })
  if (what.endsWith('0')) await meanwhile()
  const done = await secondsUntil(ROUND_MS, async () => (await pendingOf(server)) === 0)
  await testnet.pauseMining(AbortSignal.timeout(ROUND_MS))
  if (ready === undefined || found === undefined || done === undefined) throw new Error(`${what} took too long`)
}

/** Remembers what the chain says about the questions of a round, for replays. */
async function remember(round: number): Promise<void> {
  for (const { hash, kind } of asked.filter((call) => call.round === round)) {
    if (kind !== 'generate' || hash.endsWith('0')) continue
    const [said] = (await ask(rpc, 'poai_inferences', [hash], CALL)) ?? []
    const question = questions.get(hash)
    if (said?.tokens === undefined || said.root === undefined || question === undefined) continue
    known.push({ ...question, output: Uint32Array.from(said.tokens), root: toHash32(hex(said.root)) })
  }
}

/** What the node without the second model said, and where it stood. */
const away = { heads: new Set<number>(), lowest: 0, behind: 0, detail: '', returned: undefined as number | undefined }

async function lookAtAway(): Promise<void> {
  const status = await nodeOf(AWAY).process.status(CALL)
  away.heads.add(status.head.number)
  away.behind = Math.max(away.behind, (await headOf(server)) - status.head.number)
  away.detail = status.state.detail ?? away.detail
}

async function run(): Promise<void> {
  await testnet.pauseMining(AbortSignal.timeout(ROUND_MS))
  await send(0, { data: FORWARDER_CREATION })
  await mineAll('the contract', 1)
  for (let round = 0; round < blocks; round++) {
    for (let place = 0; place < perBlock; place++) await sendCall(round, place)
    const isHit = round % KILL_EVERY === 0
    await mineAll(`round ${round}`, perBlock, async () => {
      if (isHit) for (const name of KILLED) await killWorkerOf(name)
    })
    await remember(round)
    // The first such block may reach it late.
    if (round > CALLED_FROM && round < BACK_AT) await lookAtAway()
    if (round === BACK_AT) await giveSecond(AWAY)
    if (round % 10 === 9) console.error(`${seconds()}: ${round + 1} rounds, height ${await headOf(server)}`)
  }
  away.returned = await secondsUntil(RETURN_MS, () => haveOneChain(testnet, nodes))
  if (away.returned === undefined) faults.push('the nodes have no common chain at the end')
}

/** What must be equal of a block, on all nodes. */
async function blockOf(node: TestnetNode, number: number): Promise<string> {
  const block = await ask(node.process, 'eth_getBlockByNumber', [number, false], CALL)
  const { hash, stateRoot, receiptsRoot, transactionsRoot, poai } = block ?? {}
  return JSON.stringify({ hash, stateRoot, receiptsRoot, transactionsRoot, answersRoot: poai?.answersRoot })
}

/** What `generate` returns, as far as `poai_inferences` tells it. */
function returned(data: Hex): { readonly tokens: number; readonly root: string; readonly text: string } {
  const word = (index: number): string => data.slice(2 + 64 * index, 66 + 64 * index)
  const length = Number(`0x${word(3)}`)
  return { tokens: Number(`0x${word(1)}`), root: `0x${word(2)}`, text: `0x${data.slice(258, 258 + 2 * length)}` }
}

const counts = { receipts: 0, failed: 0, answers: 0, different: 0 }
const rightReplays = { right: 0, wrong: 0 }

/** Whether what the chain has for a call is what a node answers now. */
async function isEqual(call: Asked, node: TestnetNode): Promise<boolean> {
  const receipt = await ask(server.process, 'eth_getTransactionReceipt', [call.hash], CALL)
  counts.receipts++
  if (receipt?.status !== '0x1') {
    counts.failed++
    return false
  }
  const params = [{ to: addressOf(call.kind), data: bytesToHex(call.input), gas: '0xb71b00' }, 'latest'] as const
  const now = await ask(node.process, 'eth_call', params, CALL)
  counts.answers++
  if (call.kind === 'replay') rightReplays[BigInt(now.slice(0, 66)) === 1n ? 'right' : 'wrong']++
  if (call.way === 'contract') return receipt.logs[0]?.data === now
  const [said] = (await ask(node.process, 'poai_inferences', [call.hash], CALL)) ?? []
  if (call.kind === 'replay') return said?.isRightRoot === (BigInt(now.slice(0, 66)) === 1n)
  const { tokens, root, text } = returned(now)
  return said?.tokens?.length === tokens && said.root === root && (said.textData ?? '0x') === text
}

async function check(): Promise<void> {
  const height = Math.min(...(await Promise.all(nodes.map(headOf))))
  const perHeight: number[] = []
  let unequal = 0
  for (let number = 0; number <= height; number++) {
    const found = await Promise.all(nodes.map((node) => blockOf(node, number)))
    if (new Set(found).size !== 1) unequal++
    const count = await ask(server.process, 'eth_getBlockTransactionCountByNumber', [number], CALL)
    // The contract is alone in its block, before all others.
    if (Number(count) > 0) perHeight.push(Number(count))
  }
  if (unequal > 0) faults.push(`${unequal} heights at which the nodes differ`)
  const queue = asked.entries()
  const work = async (): Promise<void> => {
    for (const [index, call] of queue) {
      const node = nodes[index % nodes.length] ?? server
      const reason = await isEqual(call, node).then((isSame) => (isSame ? undefined : 'another answer'), String)
      if (reason === undefined) continue
      counts.different++
      if (counts.different <= 10) faults.push(`${call.kind} of round ${call.round}, at ${node.name}: ${reason}`)
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  const rows: string[][] = []
  for (const node of nodes) {
    const status = await node.process.status(CALL)
    const { crashes } = await ask(node.process, 'poai_engine', [], CALL)
    const [bans, bad] = [
      await ask(node.process, 'admin_bans', [], CALL),
      await ask(node.process, 'debug_getBadBlocks', [], CALL),
    ]
    const { replays, invalidBlocks, peers } = status
    const killed = kills.get(node.name) ?? 0
    rows.push(
      [node.name, ENGINES[nodes.indexOf(node)] ?? '', status.head.number, replays.total, replays.failed]
        .concat([replays.undecided, killed, crashes, bans.length, bad.length + invalidBlocks, peers])
        .map(String),
    )
    if (replays.failed > 0 || invalidBlocks > 0 || bad.length > 0) faults.push(`${node.name} has condemned a block`)
    if (bans.length > 0) faults.push(`${node.name} has banned ${bans.map(({ target }) => target).join()}`)
    if (peers !== nodes.length - 1) faults.push(`${node.name} has ${peers} peers`)
    if (crashes < killed) faults.push(`${node.name} counts ${crashes} crashes after ${killed} kills`)
  }
  const head = ['NODE', 'ENGINE', 'HEAD', 'REPLAYS', 'FAILED', 'UNDECIDED', 'KILLED', 'CRASHES', 'BANS', 'BAD', 'PEERS']
  console.log(formatTable([head, ...rows]))
  await checkAway()
  for (const { name, process: node } of nodes) {
    for (const line of (await readFile(node.plan.logFile, 'utf8')).split('\n')) {
      // Workers that were killed are no news.
      if (line.includes('An engine worker') && !line.includes('by SIGKILL')) faults.push(`${name}: ${line.trim()}`)
    }
  }
  if (counts.failed > 0) faults.push(`${counts.failed} receipts say that the call failed`)
  if (asked.length !== blocks * perBlock || counts.receipts !== asked.length) faults.push('calls are missing')
  if (known.length > 0 && blocks > 4 && (rightReplays.right === 0 || rightReplays.wrong === 0))
    faults.push('replays of one kind are missing')
  const ofCalls = perHeight.slice(1)
  const [least, most] = [Math.min(...ofCalls), Math.max(...ofCalls)]
  const killed = Object.fromEntries(kills)
  const summary = {
    ...{ blocks: height, withCalls: ofCalls.length, perBlock: { least, most } },
    ...{ calls: asked.length, direct: asked.filter(({ way }) => way === 'direct').length },
    ...{ replays: rightReplays, ofSecondModel: asked.filter(({ model }) => model === SECOND).length },
    ...{ receiptsFailed: counts.failed, answersCompared: counts.answers, different: counts.different, unequal, killed },
    away: { node: AWAY, stoodAt: [...away.heads], behind: away.behind, secondsToReturn: away.returned },
    ...{ seconds: Math.round((performance.now() - begin) / 1000), faults },
  }
  console.log(JSON.stringify(summary, undefined, 2))
}

/** The node without the model stood still before the first block that calls it, and said why. */
async function checkAway(): Promise<void> {
  const first = asked.find(({ model }) => model === SECOND)
  if (first === undefined) return void faults.push('nobody has called the second model')
  const receipt = await ask(server.process, 'eth_getTransactionReceipt', [first.hash], CALL)
  const expected = Number(receipt?.blockNumber) - 1
  const log = await readFile(nodeOf(AWAY).process.plan.logFile, 'utf8')
  const isSaid = away.detail.includes(`blocks that call ${SECOND} cannot be judged`)
  const isLogged = log.includes(`The model ${SECOND} cannot be used: blocks that need it are not judged`)
  console.log(`${AWAY} stood at ${[...away.heads].join()}, the block after ${expected} calls the model that it lacks`)
  console.log(`it said: ${away.detail}`)
  if (blocks >= 8 && [...away.heads].join() !== String(expected)) faults.push(`${AWAY} did not stand at ${expected}`)
  if (blocks >= 8 && !isSaid) faults.push(`the status of ${AWAY} does not say why it stands`)
  if (!isLogged) faults.push(`the log of ${AWAY} does not say what it lacks`)
}

try {
  console.log(`${blocks} blocks of ${perBlock} calls, ${ENGINES.join(', ')}; the first ${MINERS} mine`)
  await run()
  await check()
  console.log(faults.length === 0 ? 'holds' : `DOES NOT HOLD:\n  ${faults.join('\n  ')}`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await network.close()
  await rm(home, { recursive: true, force: true })
}
