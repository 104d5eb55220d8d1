import {
  answersRoot,
  type Body,
  decodeInferenceCall,
  encodeGenerate,
  type GenerateAnswer,
  type InferenceAnswer,
  type InferenceCall,
  type InferenceParams,
  type NetworkParams,
  RuleError,
  toAddress,
  uintToBytes,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import { AnswerError, type AnswerSource } from '@poai/execution'
import { createFakeEngine } from '@poai/inference'
import {
  type ChainGenerator,
  engineAnswers,
  SCRIPTED_MODEL,
  signTransaction,
  testNetwork,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type BlockTemplate, sealBlock, type TemplateRequest } from '../../../src/index.ts'
import { type ChainFixture, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'

const [alice, bob, carol] = WALLETS as readonly [Wallet, Wallet, Wallet]
const GWEI = 1_000_000_000n
const GENERATE = toAddress(uintToBytes(0x0a10n, 20))
// What the fake engine holds.
const inference: InferenceParams = { models: [{ ...SCRIPTED_MODEL, contextTokens: 200 }] }
const params: NetworkParams = { ...testNetwork, name: 'with models', inference }
const request: TemplateRequest = {
  beneficiary: carol.address,
  extraData: new Uint8Array(0),
  nowSeconds: params.genesis.timestamp + 5n,
  gasLimitGoal: params.gas.initialLimit,
}

function question(prompt: string, temperature = 0): Uint8Array {
  const said = { model: SCRIPTED_MODEL.sha256, maxTokens: 6, temperature, seed: ZERO_HASH }
  return encodeGenerate({ ...said, prompt: utf8ToBytes(prompt) })
}

function ask(wallet: Wallet, input: Uint8Array, nonce = 0n, tip = 1n): ReturnType<typeof signTransaction> {
  const plan = { nonce, to: GENERATE, data: input, gasLimit: 200_000n, maxPriorityFeePerGas: tip * GWEI }
  return signTransaction(params.chainId, wallet, plan)
}

let generator: ChainGenerator
const opened: ChainFixture[] = []

async function open(answers?: AnswerSource): Promise<ChainFixture> {
  const fixture = await openChainFixture({ params, ...(answers === undefined ? {} : { answers }) })
  opened.push(fixture)
  return fixture
}

/** What the model says, asked beside every chain. */
async function said(input: Uint8Array): Promise<InferenceAnswer> {
  const engine = createFakeEngine()
  await engine.start()
  return engineAnswers(engine).answer(decodeInferenceCall(inference, 'generate', input) as InferenceCall)
}

/** Works for a template whose body somebody changed, and imports it elsewhere. Returns the rule that it breaks. */
async function importChanged(
  { header, body, epochKey }: BlockTemplate,
  changes: Partial<Body>,
): Promise<{ readonly code: string; readonly executions: number }> {
  const { chain, costs } = await open()
  const changed = { ...body, ...changes }
  const lying = { ...header, answersRoot: answersRoot(changed.answers ?? []) }
  const seal = await generator.seal(lying, chain.head())
  const failure = await chain
    .importBlock(sealBlock({ header: lying, body: changed, epochKey }, seal))
    .then(() => undefined)
    .catch((error: unknown) => error)
  if (failure !== undefined && !(failure instanceof RuleError)) throw failure
  return { code: failure?.code ?? 'accepted', executions: costs.executions }
}

beforeAll(async () => {
  generator = await startGenerator(params)
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((fixture) => fixture.close()))
})

describe('a template on a network with models', () => {
  it('carries what they said, and its block is imported everywhere, and kept with it', async () => {
    const { chain } = await open()
    await chain.mempool.add(ask(alice, question('one'), 0n, 3n))
    await chain.mempool.add(ask(bob, question('two', 900), 0n, 2n))
    await chain.mempool.add(ask(bob, question('one'), 1n, 2n))
    const template = await chain.templates.build(request)
    const answers = [await said(question('one')), await said(question('two', 900))]
    expect(template.body.answers).toEqual(answers)
    expect(template.header.answersRoot).toEqual(answersRoot(answers))
    expect(template.body.transactions).toHaveLength(3)
    const block = sealBlock(template, await generator.seal(template.header, chain.head()))
    for (const fixture of [opened[0] as ChainFixture, await open()]) {
      await fixture.chain.importBlock(block)
      expect((await fixture.chain.queries.block(1n))?.body.answers).toEqual(answers)
      expect((await fixture.check()).faults).toEqual([])
    }
  })

  it('carries an empty list where nobody asks', async () => {
    const { chain } = await open()
    const template = await chain.templates.build(request)
    expect(template.body).toEqual({ transactions: [], answers: [] })
    expect(template.header.answersRoot).toEqual(answersRoot([]))
    await chain.importBlock(sealBlock(template, await generator.seal(template.header, chain.head())))
    expect((await chain.queries.block(1n))?.body.answers).toEqual([])
  })

  it('has neither list nor root where the rules name no models', async () => {
    const fixture = await openChainFixture()
    opened.push(fixture)
    const template = await fixture.chain.templates.build(request)
    expect(template.body).toEqual({ transactions: [] })
    expect(Object.hasOwn(template.header, 'answersRoot')).toBe(false)
  })

  it('leaves out what cannot be answered now, and nothing else', async () => {
    const engine = createFakeEngine()
    await engine.start()
    const source = engineAnswers(engine)
    const { chain } = await open({
      answer: (call) => {
        if (call.prompt.length > 3) throw new AnswerError('the engine is busy')
        return source.answer(call)
      },
    })
    await chain.mempool.add(ask(alice, question('a long question'), 0n, 3n))
    await chain.mempool.add(ask(bob, question('two'), 0n, 2n))
    const template = await chain.templates.build(request)
    expect(template.body.answers).toEqual([await said(question('two'))])
    expect(chain.mempool.size.pending).toBe(2)
    await chain.importBlock(sealBlock(template, await generator.seal(template.header, chain.head())))
    expect(chain.mempool.size.pending).toBe(1)
  })
})

describe('a block whose body was made by hand', () => {
  let template: BlockTemplate
  let one: GenerateAnswer
  let two: GenerateAnswer

  beforeAll(async () => {
    const { chain } = await open()
    await chain.mempool.add(ask(alice, question('one'), 0n, 3n))
    await chain.mempool.add(ask(bob, question('two'), 0n, 2n))
    template = await chain.templates.build(request)
    ;[one, two] = template.body.answers as [GenerateAnswer, GenerateAnswer]
  })

  it('is accepted as it was made', async () => {
    expect(await importChanged(template, {})).toEqual({ code: 'accepted', executions: 1 })
  })

  it.each([
    ['misses an answer', () => [one]],
    ['misses all answers', () => []],
    ['has its answers in another order', () => [two, one]],
  ] as const)('that %s breaks a rule, which is looked at twice', async (_, answers) => {
    expect(await importChanged(template, { answers: answers() })).toEqual({ code: 'EXECUTION_ANSWERS', executions: 2 })
  })

  it('that has a right answer which nobody asks for breaks a rule', async () => {
    const answers = [one, two, await said(question('x'))]
    expect(await importChanged(template, { answers })).toEqual({ code: 'EXECUTION_ANSWERS', executions: 2 })
  })

  it('that has another answer is not even executed', async () => {
    const [token = 0] = one.tokens
    const tokens = [token === 80 ? 81 : 80, ...one.tokens.slice(1)]
    const answers = [{ ...one, tokens }, two]
    expect(await importChanged(template, { answers })).toEqual({ code: 'ANSWER_MISMATCH', executions: 0 })
  })
})
