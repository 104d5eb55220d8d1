import {
  encodeGenerate,
  type GenerateAnswer,
  hash32,
  INFERENCE_ADDRESSES,
  type NetworkParams,
  toAddress,
  uintToBytes,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import type { AnswerSource } from '@poai/execution'
import { createFakeEngine, EngineError, type InferenceEngine } from '@poai/inference'
import {
  ChainGenerator,
  engineAnswers,
  type GeneratedBlock,
  SCRIPTED_MODEL,
  signTransaction,
  testNetwork,
  WALLETS,
} from '@poai/testing/chain'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type StartNodeOptions, startNode, type TestNode } from '../support/start-node.ts'

const WAIT = { timeout: 60_000, interval: 20 }
const params: NetworkParams = { ...testNetwork, inference: { models: [{ ...SCRIPTED_MODEL, contextTokens: 200 }] } }
const GENERATE = toAddress(uintToBytes(INFERENCE_ADDRESSES.generate, 20))
const [alice] = WALLETS as [(typeof WALLETS)[number]]

let engine: InferenceEngine
const nodes: TestNode[] = []

beforeAll(async () => {
  engine = createFakeEngine()
  await engine.start()
})

afterAll(() => engine.stop())

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop()))
})

async function start(options: StartNodeOptions = {}): Promise<TestNode> {
  const node = await startNode({ params, ...options })
  nodes.push(node)
  return node
}

function connect(from: TestNode, to: TestNode): void {
  from.network.peers.add(to.network.addresses()[0] ?? '')
}

/** A chain of which every other block asks the model, and the others are empty. */
function grow(answers: AnswerSource, length: number): Promise<readonly GeneratedBlock[]> {
  const generator = new ChainGenerator({ params, evaluator: engine, answers })
  const question = (text: string): Uint8Array => {
    const prompt = utf8ToBytes(text)
    return encodeGenerate({ model: SCRIPTED_MODEL.sha256, prompt, maxTokens: 6, temperature: 700, seed: ZERO_HASH })
  }
  return generator.grow(generator.genesis, length, (index) => {
    const plan = { nonce: BigInt(index >> 1), to: GENERATE, data: question(`${index}`), gasLimit: 200_000n }
    return { transactions: index % 2 === 0 ? [] : [signTransaction(params.chainId, alice, plan)] }
  })
}

describe('a node that catches up on a chain with answers of models', () => {
  it('gets to its head, over blocks with and without answers', async () => {
    const blocks = await grow(engineAnswers(engine), 12)
    const [full, fresh] = [await start(), await start()]
    for (const { block } of blocks) await full.chain.importBlock(block)
    connect(fresh, full)
    await vi.waitFor(() => expect(fresh.chain.head().hash).toEqual(blocks.at(-1)?.hash), WAIT)
    expect(fresh.network.peers.list()).toMatchObject([{ score: 0 }])
  })

  it('waits before the first answer that it cannot compute, blames nobody, and goes on once it can', async () => {
    const blocks = await grow(engineAnswers(engine), 6)
    let canAnswer = false
    let refused = 0
    const passes: StartNodeOptions['passes'] = (evaluator) => ({
      evaluate: async (requests, options) => {
        if (canAnswer || requests.every(({ sampling }) => sampling === undefined))
          return evaluator.evaluate(requests, options)
        refused++
        throw new EngineError('INFERENCE_NOT_RUNNING', 'this node lacks the model')
      },
    })
    const [full, fresh] = [await start(), await start({ passes })]
    for (const { block } of blocks) await full.chain.importBlock(block)
    connect(fresh, full)
    await vi.waitFor(() => expect(refused).toBeGreaterThan(0), WAIT)
    await vi.waitFor(() => expect(fresh.chain.head().number).toBe(1n), WAIT)
    expect(fresh.network.peers.list()).toMatchObject([{ score: 0 }])
    canAnswer = true
    await vi.waitFor(() => expect(fresh.chain.head().hash).toEqual(blocks.at(-1)?.hash), WAIT)
    expect(fresh.network.figures().peers.offences).toEqual({})
  })

  it('leaves a heavier one whose answers are lies, and blames whoever showed it', async () => {
    const honest = engineAnswers(engine)
    const lying: AnswerSource = {
      answer: async (call) => {
        const answer = (await honest.answer(call)) as GenerateAnswer
        return { ...answer, root: hash32(answer.root) }
      },
    }
    const trusting: StartNodeOptions['verifier'] = (verifier) => ({
      verify: (header, options) => verifier.verify(header, options),
      verifyAnswers: async () => undefined,
    })
    const [lies, truth] = [await grow(lying, 16), await grow(honest, 8)]
    const [liar, full, fresh] = [await start({ verifier: trusting }), await start(), await start()]
    for (const { block } of lies) await liar.chain.importBlock(block)
    for (const { block } of truth) await full.chain.importBlock(block)
    connect(fresh, liar)
    await vi.waitFor(() => expect(fresh.network.figures().peers.offences).toHaveProperty('failed-replay'), WAIT)
    connect(fresh, full)
    await vi.waitFor(() => expect(fresh.chain.head().hash).toEqual(truth.at(-1)?.hash), WAIT)
  })
})
