// What a block full of the most expensive questions costs whoever builds it and whoever imports it, with the engine
// that every machine runs: npm run bench -- inference-gas [ROUNDS] [MODEL]
//
// For each model that the devnet's contracts may call: one transaction whose contract asks until the gas of a block is
// used up. Built with the answers of a node's own desk, then imported: all answers computed again and the block
// executed. Processor time of all that, the least of some ROUNDS (3): at most two seconds, and six million gas a
// second.
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createReplayVerifier } from '@poai/consensus'
import {
  type Address,
  answersRoot,
  bytesToHex,
  type CallableModel,
  concatBytes,
  decodeInferenceCall,
  devnet,
  encodeGenerate,
  encodeReplay,
  gasOfAnswer,
  genesisHeader,
  type Hash32,
  hash32,
  hex,
  INFERENCE_ADDRESSES,
  type InferenceAnswer,
  type InferenceKind,
  type NetworkParams,
  promptToTokens,
  silentLogger,
  toAddress,
  uintToBytes,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import { type BlockEnvironment, createExecution, genesisState, prevRandaoOf } from '@poai/execution'
import { createPortableEngine, type InferenceEngine, resolveModel } from '@poai/inference'
import { prepareProgramCache } from '@poai/testing'
import { MemoryState, signTransaction, testWallet } from '@poai/testing/chain'
import { createAnswerDesk } from '../../src/engine/answer-desk.ts'
import { openModelStore } from '../../src/index.ts'

const { positionals } = parseArgs({ allowPositionals: true })
const [roundsText = '3', wantedModel = ''] = positionals
const rounds = Number(roundsText)
/** What the project promises of any block. */
const MOST_SECONDS = 2
const LEAST_GAS_PER_SECOND = 6_000_000
const BLOCK_GAS = devnet.gas.initialLimit
/** Of the instructions around each call, and of the transaction beside its data. */
const LOOP_GAS = 150n
const MODELS = join(import.meta.dirname, '../../../../models')
const sender = testWallet('asker')
const contract: Address = toAddress(new Uint8Array(20).fill(0xca))

/**
 * Calls an address again and again, each time with another number at a place in the input. Data: the address, the
 * place, how many times, the input.
 */
const REPEATER = hex('0x606036038060605f375f5b80602035525f5f835f5f355afa506001016040358110600a5700')

/** One way to fill a block. */
interface Filling {
  readonly name: string
  readonly kind: InferenceKind
  readonly input: Uint8Array
  /** Where the seed is. */
  readonly seedAt: number
  /** Tokens of each answer. */
  readonly tokens: number
}

/** Where the seed is among the words of an input: the fifth of a question, the fourth of a replay. */
const SEED_AT: Readonly<Record<InferenceKind, number>> = { generate: 4 * 32, replay: 3 * 32 }

/** So cold that the likeliest token is drawn, though by all the steps of a draw. */
const COLD = 1
/** Prompts that are tried for one whose answer does not end. */
const TRIED_PROMPTS = 96

async function endlessPrompt(
  engine: InferenceEngine,
  model: CallableModel,
): Promise<{ prompt: Uint8Array; tokens: number }> {
  let best: { prompt: Uint8Array; tokens: number } = { prompt: new Uint8Array(0), tokens: 0 }
  const candidates = Array.from({ length: TRIED_PROMPTS }, (_, index) => [
    Uint8Array.of(index + 32),
    Uint8Array.of(index + 32, index + 32),
    utf8ToBytes(`${String.fromCharCode(97 + (index % 26))} ${index} `),
  ]).flat()
  for (const prompt of [new Uint8Array(0), ...candidates]) {
    const maxTokens = model.contextTokens - 1 - prompt.length
    const sampling = { temperature: COLD, seed: new Uint8Array(32) }
    const asked = { prompt: promptToTokens(prompt), maxTokens, sampling, stopTokens: model.stopTokens }
    const { tokens } = await engine.generate(asked)
    if (tokens.length > best.tokens) best = { prompt, tokens: tokens.length }
    if (tokens.length === maxTokens) break
  }
  return best
}

/** Printable, and different all over. */
function textOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => 32 + ((index * 89 + 7) % 95))
}

async function fillingsOf(engine: InferenceEngine, model: CallableModel): Promise<readonly Filling[]> {
  const { sha256, contextTokens } = model
  const common = { model: sha256, temperature: COLD, seed: ZERO_HASH }
  const longest = await endlessPrompt(engine, model)
  const generate = (name: string, prompt: Uint8Array, maxTokens: number): Filling => ({
    ...{ name, kind: 'generate', input: encodeGenerate({ ...common, prompt, maxTokens }) },
    ...{ seedAt: SEED_AT.generate, tokens: maxTokens },
  })
  const replay = (name: string, prompt: Uint8Array, output: Uint32Array): Filling => ({
    ...{ name, kind: 'replay', input: encodeReplay({ ...common, prompt, output, root: ZERO_HASH }) },
    ...{ seedAt: SEED_AT.replay, tokens: output.length },
  })
  const outputOf = (length: number): Uint32Array => Uint32Array.from(textOf(length), (byte) => 3 + byte)
  const half = Math.floor(contextTokens / 2)
  return [
    generate(`prompt of ${contextTokens - 2} bytes, 1 token`, textOf(contextTokens - 2), 1),
    generate(`prompt of ${longest.prompt.length} bytes, ${longest.tokens} tokens`, longest.prompt, longest.tokens),
    generate('no prompt, 1 token', new Uint8Array(0), 1),
    replay(`replay of ${contextTokens - 1} tokens`, new Uint8Array(0), outputOf(contextTokens - 1)),
    replay(
      `replay of ${half} tokens after ${contextTokens - 1 - half}`,
      textOf(contextTokens - 1 - half),
      outputOf(half),
    ),
    replay('replay of 1 token', new Uint8Array(0), outputOf(1)),
    replay(`replay of 1 token after ${contextTokens - 2}`, textOf(contextTokens - 2), outputOf(1)),
  ]
}

const sleepers = new Int32Array(new SharedArrayBuffer(4))

/** The processor time of this process: the workers of WebAssembly are its threads. */
function cpuSeconds(): number {
  Atomics.wait(sleepers, 0, 0, 1)
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function hashOf(number: bigint): Hash32 {
  return hash32(utf8ToBytes(`block ${number}`))
}

/** What one full block came to. */
interface Measured {
  readonly answers: number
  /** Of the precompiles alone. */
  readonly gas: number
  readonly gasUsed: number
  readonly buildSeconds: number
  readonly importSeconds: number
}

async function measure(engine: InferenceEngine, model: CallableModel, filling: Filling): Promise<Measured> {
  const inference = { models: [model] }
  const params: NetworkParams = { ...devnet, inference }
  const { kind, input, seedAt } = filling
  const first = decodeInferenceCall(inference, kind, input)
  if (first === undefined) throw new Error(`${filling.name} is no call`)
  const gasEach = gasOfAnswer(first, filling.tokens)
  const data = (times: bigint): Uint8Array =>
    concatBytes(...[INFERENCE_ADDRESSES[kind], BigInt(seedAt), times].map((value) => uintToBytes(value, 32)), input)
  // A call gets at most 63/64 of what is left.
  const spare = 21_000n + 40n * BigInt(input.length + 96) + gasEach / 60n
  const times = (BLOCK_GAS - spare) / (gasEach + LOOP_GAS)
  const execution = createExecution(params)
  const account = { balance: 10n ** 24n, nonce: 0n, code: new Uint8Array(0), storage: [] }
  const state = new MemoryState(
    genesisState([
      { ...account, address: sender.address },
      { ...account, address: contract, code: REPEATER, nonce: 1n },
    ]),
  )
  const environment: BlockEnvironment = {
    ...{ number: 1n, timestamp: devnet.genesis.timestamp + 5n, beneficiary: toAddress(new Uint8Array(20).fill(0xbe)) },
    ...{ gasLimit: BLOCK_GAS, baseFeePerGas: 1_000_000_000n, prevRandao: prevRandaoOf(hashOf(0n)) },
  }
  const place = { state, nodes: state, stateRoot: state.stateRoot, environment, blockHash: hashOf, reward: 0n }
  const transaction = signTransaction(devnet.chainId, sender, {
    ...{ nonce: 0n, to: contract, data: data(times), gasLimit: BLOCK_GAS },
  })
  const desk = createAnswerDesk({
    evaluate: (requests, options) => engine.evaluate(requests, options),
    generate: (_model, request, options) => engine.generate(request, options),
  })
  const beforeBuild = cpuSeconds()
  const builder = await execution.buildBlock({ ...place, answers: desk.forBlocks })
  const added = await builder.add({ transaction, sender: sender.address })
  const { outcome, answers = [] } = builder.finish()
  const buildSeconds = cpuSeconds() - beforeBuild
  if (!added.included || added.receipt.status !== 1) throw new Error(`${filling.name}: the transaction failed`)
  if (answers.length !== Number(times)) throw new Error(`${filling.name}: ${answers.length} answers, not ${times}`)
  const header = { ...genesisHeader(params), number: 1n, gasUsed: outcome.gasUsed, answersRoot: answersRoot(answers) }
  const verifier = createReplayVerifier(params, { evaluator: engine, logger: silentLogger })
  const beforeImport = cpuSeconds()
  await verifier.verifyAnswers({ header, answers }, { signal: undefined })
  const again = await execution.executeBlock({
    ...{ ...place, answers, transactions: [transaction], senders: [sender.address] },
  })
  const importSeconds = cpuSeconds() - beforeImport
  if (bytesToHex(again.stateRoot) !== bytesToHex(outcome.stateRoot)) throw new Error('an import finds another state')
  const gas = answers.reduce((sum, answer) => sum + gasFor(inference, answer), 0n)
  return { answers: answers.length, gas: Number(gas), gasUsed: Number(outcome.gasUsed), buildSeconds, importSeconds }
}

function gasFor(inference: { readonly models: readonly CallableModel[] }, answer: InferenceAnswer): bigint {
  const call = decodeInferenceCall(inference, answer.kind, answer.input)
  if (call === undefined) throw new Error('an answer answers a call')
  return gasOfAnswer(call, answer.kind === 'generate' ? answer.tokens.length : 0)
}

const home = join(import.meta.dirname, '../../.cache')
const store = await openModelStore({ models: MODELS, home, modelStore: join(home, 'models'), cache: home })
let isBelow = false
for (const model of devnet.inference?.models ?? []) {
  if (!model.name.includes(wantedModel)) continue
  const { path } = await resolveModel(store, model.name)
  const engine = createPortableEngine({
    ...{ modelPath: path, cacheDirectory: await prepareProgramCache(), contextSize: model.contextTokens - 1 },
    ...{ workers: Math.min(2, availableParallelism()), program: 'wasm' },
  })
  await engine.start()
  try {
    const { baseGas, promptTokenGas, outputTokenGas, contextTokens } = model
    console.log(
      `${model.name}, WebAssembly: ${contextTokens} tokens, gas ${baseGas} + ${promptTokenGas} a prompt token + ` +
        `${outputTokenGas} an output token, blocks of ${BLOCK_GAS}, the least of ${rounds} rounds`,
    )
    const rows: Record<string, string | number>[] = []
    for (const filling of await fillingsOf(engine, model)) {
      const measured: Measured[] = []
      for (let round = 0; round < rounds; round++) measured.push(await measure(engine, model, filling))
      const [{ answers, gas, gasUsed }] = measured as [Measured]
      const build = Math.min(...measured.map(({ buildSeconds }) => buildSeconds))
      const imported = Math.min(...measured.map(({ importSeconds }) => importSeconds))
      const slower = Math.max(build, imported)
      const isRight = slower <= MOST_SECONDS && gas / slower >= LEAST_GAS_PER_SECOND
      isBelow ||= !isRight
      rows.push({
        'each call': filling.name,
        calls: answers,
        'gas of models, M': (gas / 1e6).toFixed(2),
        'gas used, M': (gasUsed / 1e6).toFixed(2),
        'built in CPU-s': build.toFixed(2),
        'imported in CPU-s': imported.toFixed(2),
        'M gas/s, build': (gas / build / 1e6).toFixed(1),
        'M gas/s, import': (gas / imported / 1e6).toFixed(1),
        verdict: isRight ? 'ok' : 'BELOW',
      })
    }
    console.table(rows)
  } finally {
    await engine.stop()
  }
}
console.log(
  isBelow ? 'a price is too low' : `at most ${MOST_SECONDS} s a block, at least ${LEAST_GAS_PER_SECOND} gas a second`,
)
process.exitCode = isBelow ? 1 : 0
