import { CONSENSUS_RULES, condemnsBlock } from '@poai/consensus'
import {
  answersRoot,
  type Block,
  encodeGenerate,
  type GenerateAnswer,
  hash32,
  INFERENCE_ADDRESSES,
  type InferenceAnswer,
  type NetworkParams,
  type RuleCode,
  RuleError,
  type SealedHeader,
  type Transaction,
  toAddress,
  uintToBytes,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import { createFakeEngine, type Evaluation, type InferenceEngine } from '@poai/inference'
import {
  ChainGenerator,
  engineAnswers,
  type GeneratedBlock,
  SCRIPTED_MODEL,
  signTransaction,
  testNetwork,
  WALLETS,
} from '@poai/testing/chain'
import { beforeAll, describe, expect, it } from 'vitest'
import { type ChainFixture, importAll, openChainFixture } from '../../support/chain-fixture.ts'

const params: NetworkParams = { ...testNetwork, hardfork: 'osaka', inference: { models: [SCRIPTED_MODEL] } }
const GENERATE = toAddress(uintToBytes(INFERENCE_ADDRESSES.generate, 20))
const [alice, bob] = WALLETS as [(typeof WALLETS)[number], (typeof WALLETS)[number]]

function question(text: string, maxTokens = 6): Uint8Array {
  const prompt = utf8ToBytes(text)
  return encodeGenerate({ model: SCRIPTED_MODEL.sha256, prompt, maxTokens, temperature: 700, seed: ZERO_HASH })
}

/** A transaction that asks the model by itself. */
function asking(parent: GeneratedBlock, text: string, { wallet = alice, more = 0n } = {}): Transaction {
  const nonce = (parent.state.account(wallet.address)?.nonce ?? 0n) + more
  return signTransaction(params.chainId, wallet, {
    ...{ nonce, to: GENERATE, data: question(text), gasLimit: 200_000n },
  })
}

let generator: ChainGenerator
let trunk: readonly GeneratedBlock[]
/** A child of the trunk with three answers, which the tests damage. */
let honest: GeneratedBlock

beforeAll(async () => {
  const engine = createFakeEngine()
  await engine.start()
  generator = new ChainGenerator({ params, evaluator: engine, answers: engineAnswers(engine) })
  trunk = await generator.grow(generator.genesis, 2, (index, parent) => ({
    transactions: [asking(parent, `trunk ${index}`)],
  }))
  honest = await child(trunk.at(-1) as GeneratedBlock, ['one', 'two', 'three'])
})

function child(parent: GeneratedBlock, texts: readonly string[]): Promise<GeneratedBlock> {
  const transactions = texts.map((text, index) => asking(parent, text, { more: BigInt(index) }))
  return generator.child(parent, { transactions })
}

async function openTrunk(): Promise<ChainFixture> {
  const fixture = await openChainFixture({ params })
  await importAll(fixture.chain, trunk)
  fixture.costs.evaluations = 0
  fixture.costs.executions = 0
  return fixture
}

/** The honest block with other answers: its header stands for them, and work was done for it. */
async function withAnswers(
  change: (answers: readonly InferenceAnswer[]) => readonly InferenceAnswer[],
  header: Partial<SealedHeader> = {},
): Promise<Block> {
  const { block, parent } = honest
  const answers = change(block.body.answers ?? [])
  const sealed = { ...block.header, answersRoot: answersRoot(answers), ...header }
  return {
    header: await generator.seal(sealed, (parent as GeneratedBlock).context),
    body: { ...block.body, answers },
  }
}

const lie = (answer: InferenceAnswer): InferenceAnswer => ({
  ...(answer as GenerateAnswer),
  root: hash32(answer.input),
})

describe('a chain whose contracts ask a model', () => {
  it('imports what models said, with one pass for each answer, and executes without them', async () => {
    const fixture = await openChainFixture({ params })
    await importAll(fixture.chain, [...trunk, honest])
    expect(fixture.chain.head().hash).toEqual(honest.hash)
    // One for each block's exam, and one for each answer.
    expect(fixture.costs.evaluations).toBe(3 + 2 + 3)
    expect(fixture.costs.executions).toBe(3)
    await fixture.close()
  })

  it('asks once for what a block asks twice', async () => {
    const parent = trunk.at(-1) as GeneratedBlock
    const twice = [asking(parent, 'same'), asking(parent, 'same', { wallet: bob })]
    const { block } = await generator.child(parent, { transactions: twice })
    expect(block.body.answers).toHaveLength(1)
    const fixture = await openTrunk()
    await fixture.chain.importBlock(block)
    expect(fixture.costs.evaluations).toBe(1 + 1)
    await fixture.close()
  })

  it('goes back and forth between branches with answers', async () => {
    const fixture = await openTrunk()
    const other = await child(trunk.at(-1) as GeneratedBlock, ['elsewhere'])
    const longer = await child(other, ['and on'])
    await fixture.chain.importBlock(honest.block)
    await importAll(fixture.chain, [other, longer])
    expect(fixture.chain.head().hash).toEqual(longer.hash)
    await fixture.close()
  })
})

interface Damage {
  readonly code: RuleCode
  readonly what: string
  readonly block: () => Promise<Block>
  /** Passes of the model, and executions, before the block is refused. */
  readonly costs: readonly [evaluations: number, executions: number]
}

/** Answers that end as no generation does. An engine is not asked about some of them: it could not be. */
const UNENDING: readonly (readonly [what: string, change: (answer: GenerateAnswer) => GenerateAnswer])[] = [
  ['an answer without tokens', (answer) => ({ ...answer, tokens: [] })],
  ['an answer that stops anywhere', (answer) => ({ ...answer, tokens: [80, 81] })],
  ['an answer that goes on after its end', (answer) => ({ ...answer, tokens: [80, 13, 81, 82, 83, 84] })],
  ['a failure after the most tokens', (answer) => ({ ...answer, tokens: Array(6).fill(80), root: ZERO_HASH })],
  ['a failure after the end', (answer) => ({ ...answer, tokens: [80, 13], root: ZERO_HASH })],
]

const DAMAGES: readonly Damage[] = [
  {
    code: 'BODY_MEMBERS',
    what: 'a body without the list of answers',
    block: async () => {
      const { header, body } = honest.block
      return { header, body: { transactions: body.transactions } }
    },
    costs: [0, 0],
  },
  {
    code: 'HEADER_MEMBERS',
    what: 'a header without their root',
    block: async () => {
      const { answersRoot: _, ...header } = honest.block.header
      return { ...honest.block, header: await generator.seal(header, (honest.parent as GeneratedBlock).context) }
    },
    costs: [0, 0],
  },
  {
    code: 'BODY_ANSWERS_ROOT',
    what: 'other answers than the header stands for',
    block: async () => {
      const { header, body } = honest.block
      return { header, body: { ...body, answers: body.answers?.slice(1) ?? [] } }
    },
    costs: [0, 0],
  },
  {
    code: 'BODY_ANSWER_FORM',
    what: 'one call twice',
    block: () => withAnswers(([first, ...rest]) => [first as InferenceAnswer, first as InferenceAnswer, ...rest]),
    costs: [0, 0],
  },
  ...UNENDING.map(
    ([what, change]): Damage => ({
      code: 'BODY_ANSWER_FORM',
      what,
      block: () => withAnswers(([first, ...rest]) => [change(first as GenerateAnswer), ...rest]),
      costs: [0, 0],
    }),
  ),
  {
    code: 'BODY_ANSWERS_GAS',
    what: 'answers that nobody paid for',
    block: () =>
      withAnswers((answers) => [
        ...answers,
        ...Array.from({ length: 20 }, (_, index) => ({
          ...(answers[0] as InferenceAnswer),
          input: question(`nobody asked ${index}`),
        })),
      ]),
    costs: [0, 0],
  },
  {
    code: 'ANSWER_MISMATCH',
    what: 'an answer that the model does not give',
    block: () => withAnswers(([first, ...rest]) => [lie(first as InferenceAnswer), ...rest]),
    // The exam, the lie twice, and the others until it is found out.
    costs: [1 + 3 + 1, 0],
  },
  {
    code: 'EXECUTION_ANSWERS',
    what: 'an answer too few',
    block: () => withAnswers((answers) => answers.slice(0, -1)),
    costs: [1 + 2, 2],
  },
  {
    code: 'EXECUTION_ANSWERS',
    what: 'answers in another order',
    block: () => withAnswers((answers) => answers.toReversed()),
    costs: [1 + 3, 2],
  },
]

describe('a block is refused by name, before anything more expensive:', () => {
  it.each(DAMAGES)('$what', async ({ code, block: make, costs }) => {
    const fixture = await openTrunk()
    const block = await make()
    await expect(fixture.chain.importBlock(block)).rejects.toMatchObject({ code })
    expect([fixture.costs.evaluations, fixture.costs.executions]).toEqual(costs)
    expect(fixture.chain.head().hash).toEqual(trunk.at(-1)?.hash)
    // A wrong body says nothing about the block: the right one is taken afterwards.
    if (condemnsBlock(new RuleError(code, ''))) {
      await expect(fixture.chain.importBlock(block)).rejects.toMatchObject({ code })
      expect(fixture.costs.evaluations, 'it is remembered').toBe(costs[0])
    }
    await fixture.chain.importBlock(honest.block)
    expect(fixture.chain.head().hash).toEqual(honest.hash)
    await fixture.close()
  })

  it('covers every rule about answers', () => {
    const codes = CONSENSUS_RULES.map(({ code }) => code).filter((code) => code.includes('ANSWER'))
    expect(DAMAGES.map(({ code }) => code)).toEqual(expect.arrayContaining(codes))
  })

  it('one answer too many', async () => {
    const fixture = await openTrunk()
    const extra = await child(trunk.at(-1) as GeneratedBlock, ['one', 'two', 'three', 'four'])
    const more = extra.block.body.answers?.at(-1) as InferenceAnswer
    // The honest block used more gas than its answers cost, by the intrinsic gas: enough for one more.
    const block = await withAnswers((answers) => [...answers, more])
    await expect(fixture.chain.importBlock(block)).rejects.toMatchObject({ code: 'EXECUTION_ANSWERS' })
    await fixture.close()
  })
})

/** The fake engine, where passes over answers are changed before they are given. */
async function tamperedEngine(
  tamper: (evaluations: readonly Evaluation[]) => readonly Pick<Evaluation, 'words'>[],
): Promise<InferenceEngine> {
  const engine = createFakeEngine()
  await engine.start()
  const evaluate: InferenceEngine['evaluate'] = async (requests, options) => {
    const evaluations = await engine.evaluate(requests, options)
    const isAboutAnswers = requests.some(({ sampling }) => sampling !== undefined)
    return isAboutAnswers ? (tamper(evaluations) as readonly Evaluation[]) : evaluations
  }
  return {
    get status() {
      return engine.status
    },
    start: () => engine.start(),
    stop: () => engine.stop(),
    generate: (...call) => engine.generate(...call),
    evaluate,
  }
}

describe('a node', () => {
  it('without the model cannot decide about a block with answers, and takes it once it can', async () => {
    let isThere = false
    const lost = new Error('no engine')
    const engine = await tamperedEngine((evaluations) => {
      if (isThere) return evaluations
      throw lost
    })
    const fixture = await openChainFixture({ params, engine })
    await expect(fixture.chain.importBlock((trunk[0] as GeneratedBlock).block)).rejects.toBe(lost)
    isThere = true
    await importAll(fixture.chain, [...trunk, honest])
    expect(fixture.chain.head().hash).toEqual(honest.hash)
    await fixture.close()
  })

  it('whose machine flips a bit now and then blames nobody', async () => {
    let passes = 0
    const engine = await tamperedEngine((evaluations) => {
      passes++
      return passes === 1
        ? evaluations.map(({ words }) => ({ words: words.with(2, (words[2] ?? 0) ^ 1) }))
        : evaluations
    })
    const fixture = await openChainFixture({ params, engine })
    await importAll(fixture.chain, [...trunk, honest])
    expect(fixture.chain.head().hash).toEqual(honest.hash)
    expect(passes).toBe(2 + 3 + 1)
    await fixture.close()
  })
})
