import type { Method } from '@poai/api'
import type { InferenceJson } from '@poai/api/client'
import {
  AppError,
  bytesToHex,
  concatBytes,
  decodeInferenceCall,
  encodeGenerate,
  encodeReplay,
  type GenerateAnswer,
  type Hex,
  hex,
  type InferenceCall,
  type NetworkParams,
  returnDataOf,
  toAddress,
  uintToBytes,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import type { AnswerSource } from '@poai/execution'
import { OWNERS_CALL } from '@poai/testing/call-method'
import { SCRIPTED_MODEL, scriptedModel, testNetwork, WALLETS, type Wallet } from '@poai/testing/chain'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { traceMethods } from '../../../src/methods/debug/traces.ts'
import { callMethods } from '../../../src/methods/eth/calls.ts'
import { configMethods } from '../../../src/methods/eth/config.ts'
import { fillTransactionMethod } from '../../../src/methods/eth/fill-transaction.ts'
import { simulateMethod } from '../../../src/methods/eth/simulate.ts'
import { executionPlace } from '../../../src/methods/execution-place.ts'
import type { MethodContext } from '../../../src/methods/method-context.ts'
import { inferenceMethods } from '../../../src/methods/poai/inferences.ts'
import { parityTraceMethods } from '../../../src/methods/trace/traces.ts'
import { type OpenMethods, openMethods } from '../../support/open-methods.ts'

const [ALICE] = WALLETS as [Wallet]
// What the fake engine holds.
const MODEL = { ...SCRIPTED_MODEL, contextTokens: 200 }
const params: NetworkParams = { ...testNetwork, hardfork: 'osaka', inference: { models: [MODEL] } }
const GENERATE: Hex = '0x0000000000000000000000000000000000000a10'
const UNKNOWN_HASH = `0x${'ab'.repeat(32)}`

function question(prompt: string): Uint8Array {
  const said = { model: MODEL.sha256, maxTokens: 5, temperature: 800, seed: ZERO_HASH }
  return encodeGenerate({ ...said, prompt: utf8ToBytes(prompt) })
}

const CLAIM = encodeReplay({
  ...{ model: MODEL.sha256, prompt: utf8ToBytes('2 + 2?'), temperature: 0, seed: ZERO_HASH, root: ZERO_HASH },
  output: Uint32Array.of(55, 53),
})

/** Init code that calls a precompile with the input behind it, and then ends as `end` does. */
function asking(precompile: string, input: Uint8Array, end = '00'): Uint8Array {
  const size = bytesToHex(uintToBytes(BigInt(input.length), 2)).slice(2)
  const codeFor = (at: string): Uint8Array => hex(`0x61${size}61${at}5f395f5f61${size}5f61${precompile}5afa${end}`)
  const at = bytesToHex(uintToBytes(BigInt(codeFor('0000').length), 2)).slice(2)
  return concatBytes(codeFor(at), input)
}

function groupOf(context: MethodContext): readonly Method[] {
  return [
    ...[...callMethods(context), simulateMethod(context), fillTransactionMethod(context), ...configMethods(context)],
    ...[...traceMethods(context), ...parityTraceMethods(context), ...inferenceMethods(context)],
  ]
}

const BROKEN: AnswerSource = {
  answer: () => {
    throw new AppError('ENGINE_DOWN', 'the model is not loaded', { hint: 'wait until it is' })
  },
}

let methods: OpenMethods
let asked: Hex
let failed: Hex
let undone: Hex
let replayed: Hex
let answers: readonly GenerateAnswer[]

beforeAll(async () => {
  const callable = (): ReturnType<NonNullable<MethodContext['callable']>> => [
    { name: MODEL.name, state: 'ready', reason: undefined },
  ]
  methods = await openMethods(groupOf, { callable }, params)
  const send = (nonce: bigint, plan: { readonly data: Uint8Array; readonly to?: Uint8Array }): Promise<Hex> =>
    methods.send(ALICE, {
      ...{ nonce, gasLimit: 400_000n, data: plan.data },
      ...(plan.to === undefined ? { to: undefined } : { to: toAddress(plan.to) }),
    })
  asked = await send(0n, { data: asking('0a10', question('one')) })
  failed = await send(1n, { data: question('one').subarray(0, 64), to: hex(GENERATE) })
  undone = await send(2n, { data: asking('0a10', question('two'), '5f5ffd') })
  replayed = await send(3n, { data: asking('0a11', CLAIM) })
  await methods.mine()
  const block = await methods.chain.queries.block(1n)
  answers = (block?.body.answers ?? []) as readonly GenerateAnswer[]
})

afterAll(() => methods.close())

describe('poai_inferences', () => {
  const of = async (hash: Hex): Promise<readonly InferenceJson[]> =>
    (await methods.call('poai_inferences', hash)) as readonly InferenceJson[]

  it('tells what a transaction asked of a model, and what that said', async () => {
    expect(answers).toHaveLength(3)
    const [one] = answers as [GenerateAnswer]
    const call = decodeInferenceCall({ models: [MODEL] }, 'generate', question('one')) as InferenceCall
    const [told, ...others] = await of(asked)
    expect(others).toEqual([])
    expect(told).toMatchObject({
      ...{ kind: 'generate', type: 'STATICCALL', depth: 1, succeeded: true, isUndone: false },
      ...{ model: 'scripted', prompt: 'one', promptData: bytesToHex(utf8ToBytes('one')), temperature: 800 },
      ...{ maxTokens: 5, tokens: one.tokens, root: bytesToHex(one.root) },
      gasUsed: `0x${(20_000 + 400 + 1_000 * one.tokens.length).toString(16)}`,
    })
    const text = hex((told?.textData ?? '0x') as Hex)
    expect(told?.text).toBe(new TextDecoder().decode(text))
    expect(bytesToHex(returnDataOf(call, one) ?? new Uint8Array(0))).toContain(bytesToHex(text).slice(2))
  })

  it('tells of calls that failed, and of those whose frame was undone', async () => {
    expect(await of(failed)).toEqual([
      expect.objectContaining({ kind: 'generate', type: 'CALL', depth: 0, succeeded: false, isUndone: true }),
    ])
    expect((await of(failed))[0]).toMatchObject({ failure: 'value out of range' })
    expect((await of(failed))[0]).not.toHaveProperty('prompt')
    expect(await of(undone)).toMatchObject([{ prompt: 'two', succeeded: true, isUndone: true }])
    expect((await of(undone))[0]).toHaveProperty('text')
  })

  it('tells of replays: what was claimed, and what is right of it', async () => {
    const [told] = await of(replayed)
    expect(told).toMatchObject({ kind: 'replay', prompt: '2 + 2?', tokens: [55, 53], text: '42', isRightRoot: false })
    expect(told?.firstWrong).toBeLessThanOrEqual(2)
    expect(told).not.toHaveProperty('maxTokens')
  })

  it('is null for what is not on the chain, and empty without models', async () => {
    expect(await methods.call('poai_inferences', UNKNOWN_HASH)).toBeNull()
    const plain = await openMethods(inferenceMethods)
    const sent = await plain.send(ALICE, { nonce: 0n, to: toAddress(hex(GENERATE)), gasLimit: 60_000n })
    await plain.mine()
    expect(await plain.call('poai_inferences', sent)).toEqual([])
    expect(await plain.call('poai_models')).toEqual([])
    await plain.close()
  })
})

describe('poai_models', () => {
  const priced = { name: 'scripted', baseGas: '0x4e20', promptTokenGas: '0x64', outputTokenGas: '0x3e8' }

  it('says what models cost, and that this node answers', async () => {
    const ready = { canAnswer: true, state: 'ready', reason: null }
    expect(await methods.call('poai_models')).toMatchObject([{ ...priced, contextTokens: 200, ...ready }])
  })

  it('says why this node does not', async () => {
    const reason = new AppError('ENGINE_DOWN', 'the model is not here')
    const callable = (): ReturnType<NonNullable<MethodContext['callable']>> => [
      { name: MODEL.name, state: 'abstaining', reason },
    ]
    const away = await openMethods(inferenceMethods, { callable }, params)
    expect(await away.call('poai_models')).toMatchObject([
      { ...priced, canAnswer: false, state: 'abstaining', reason: 'the model is not here' },
    ])
    await away.close()
  })
})

describe('a call that asks a model', () => {
  const data = bytesToHex(question('live'))
  const message = { to: GENERATE, data, from: bytesToHex(ALICE.address) }

  it('is answered by the node, as are estimates, access lists, simulations and traces of it', async () => {
    const returned = (await methods.call('eth_call', message)) as Hex
    expect(returned.length).toBeGreaterThan(2 + 2 * 96)
    const gas = (await methods.call('eth_estimateGas', message)) as Hex
    expect(await methods.call('eth_call', { ...message, gas })).toBe(returned)
    expect(await methods.call('eth_createAccessList', message)).toMatchObject({ accessList: [] })
    expect(await methods.call('eth_fillTransaction', message)).toMatchObject({ tx: { gas } })
    const [block] = (await methods.call('eth_simulateV1', { blockStateCalls: [{ calls: [message] }] })) as [
      { readonly calls: readonly unknown[] },
    ]
    expect(block.calls).toMatchObject([{ status: '0x1', returnData: returned }])
    expect(await methods.call('debug_traceCall', message, 'latest', { tracer: 'callTracer' })).toMatchObject({
      output: returned,
    })
  })

  it('fails with a reason where the node cannot answer now, and is no failed call', async () => {
    for (const [source, reason] of [
      [BROKEN, 'cannot answer now: the model is not loaded. wait until it is'],
      [undefined, 'cannot answer now: a contract calls the model scripted, and there is none at hand'],
    ] as const) {
      const away = await openMethods(groupOf, { answers: source } as Partial<MethodContext>, params)
      for (const [name, ...given] of [
        ['eth_call', message],
        ['eth_estimateGas', message],
        ['eth_createAccessList', message],
        ['eth_simulateV1', { blockStateCalls: [{ calls: [message] }] }],
        ['debug_traceCall', message],
      ] as const) {
        expect(await away.refusal(name, ...given), name).toMatchObject({ code: -32_002, message: reason })
      }
      await away.close()
    }
  })

  it('may not replace the precompiles', async () => {
    expect((await methods.refusal('eth_call', message, 'latest', { [GENERATE]: { code: '0x00' } })).message).toMatch(
      /precompiles cannot be replaced/,
    )
    const config = (await methods.call('eth_config')) as { readonly current: { readonly precompiles: object } }
    expect(config.current.precompiles).toMatchObject({
      POAI_GENERATE: GENERATE,
      POAI_REPLAY: GENERATE.replace('a10', 'a11'),
    })
  })

  it('pays once for each question, however often its executions ask it', async () => {
    const charged: number[] = []
    const model = scriptedModel(() => 'yes')
    const { answers: source } = executionPlace(
      { answers: model },
      { ...OWNERS_CALL, charge: (cost) => charged.push(cost) },
    )
    for (const prompt of ['one', 'two', 'one', 'one']) {
      const call = decodeInferenceCall({ models: [MODEL] }, 'generate', question(prompt)) as InferenceCall
      await source?.answer(call)
    }
    expect(charged).toEqual([1_000, 1_000])
    expect(model.asked).toHaveLength(4)
    expect(executionPlace({}, OWNERS_CALL).answers).toBeUndefined()
  })
})

describe('a mined transaction', () => {
  it('is traced with what the models said when it was mined', async () => {
    const away = await openMethods(groupOf, {}, params)
    const sent = await away.send(ALICE, {
      nonce: 0n,
      to: undefined,
      gasLimit: 400_000n,
      data: asking('0a10', question('one')),
    })
    await away.mine()
    // Nobody is asked: the context that traces has a source that cannot answer.
    const blind = new Map(groupOf({ ...away.context, answers: BROKEN }).map((method) => [method.name, method]))
    const trace = await blind.get('debug_traceTransaction')?.invoke([hex(sent), { tracer: 'callTracer' }], OWNERS_CALL)
    expect(trace).toMatchObject({ calls: [{ to: GENERATE }] })
    expect(JSON.stringify(trace)).not.toContain('"error"')
    expect(await blind.get('trace_transaction')?.invoke([hex(sent)], OWNERS_CALL)).toBeDefined()
    await away.close()
  })
})
