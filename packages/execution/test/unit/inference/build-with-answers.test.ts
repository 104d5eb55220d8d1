import {
  type Address,
  callName,
  createBlockCodecs,
  decodeInferenceCall,
  equalBytes,
  type GenesisAccount,
  type InferenceAnswer,
  type InferenceCall,
  type InferenceParams,
  type Transaction,
  toAddress,
  uintToBytes,
} from '@poai/core'
import { describe, expect, test } from 'vitest'
import { AnswerError, type BlockBuilder, type BuiltBlock, ImaginedState } from '../../../src/index.ts'
import { forwarder, type ProgramCall, programCode, reverter } from '../../support/calling-code.ts'
import { codeOf } from '../../support/code-of.ts'
import { answerTo, generateInput, INFERENCE, MODEL, ScriptedModels, UNANSWERED } from '../../support/scripted-models.ts'
import { signTransaction, transactionCodec } from '../../support/sign-transaction.ts'
import { genesisAccount, SmallChain } from '../../support/small-chain.ts'
import { createWallets, type Wallet } from '../../support/wallets.ts'

const GENERATE = 0x0a10n
const [alice, bob] = createWallets(2) as [Wallet, Wallet]
/** The precompile itself. */
const MODELS: Address = toAddress(uintToBytes(GENERATE, 20))
const REVERTER: Address = toAddress(new Uint8Array(20).fill(0xe1))
const FORWARDER: Address = toAddress(new Uint8Array(20).fill(0xe2))
const genesis: readonly GenesisAccount[] = [
  genesisAccount(alice.address),
  genesisAccount(bob.address),
  genesisAccount(REVERTER, { nonce: 1n, code: reverter(GENERATE) }),
  genesisAccount(FORWARDER, { nonce: 1n, code: forwarder(GENERATE) }),
]
const [ONE, TWO, THREE] = ['one', 'two', 'three'].map((prompt) => generateInput(prompt)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]

function answerOf(input: Uint8Array): InferenceAnswer {
  return answerTo(decodeInferenceCall(INFERENCE, 'generate', input) as InferenceCall)
}

function newChain(options: { readonly bodyBytes?: number; readonly inference?: InferenceParams } = {}): SmallChain {
  return new SmallChain(genesis, { inference: INFERENCE, ...options })
}

/** A transaction that makes calls and keeps what they came to. */
function program(
  { wallet = alice, nonce = 0n, gasLimit = 1_000_000n }: { wallet?: Wallet; nonce?: bigint; gasLimit?: bigint },
  inputs: readonly (Uint8Array | Partial<ProgramCall>)[],
  end: Parameters<typeof programCode>[1] = 'stop',
): Transaction {
  const calls = inputs.map((input) => ({
    ...{ type: 'CALL' as const, target: GENERATE, input: ONE },
    ...(input instanceof Uint8Array ? { input } : input),
  }))
  return signTransaction(wallet, { nonce, gasLimit, data: programCode(calls, end) })
}

async function add(builder: BlockBuilder, transaction: Transaction, { address }: Wallet = alice): Promise<string> {
  const added = await builder.add({ transaction, sender: address })
  if (added.included) return added.receipt.status === 1 ? 'included' : 'failed'
  return typeof added.reason === 'string' ? added.reason : added.reason.code
}

/** The block is what an importer accepts, with the same roots, and with no other answers. */
async function expectImportable(chain: SmallChain, { transactions, answers = [], outcome }: BuiltBlock): Promise<void> {
  expect(await chain.execute(transactions, { answers })).toEqual(outcome)
  for (const less of answers.keys()) {
    const missing = answers.filter((_, index) => index !== less)
    expect(await codeOf(() => chain.execute(transactions, { answers: missing }))).toBe('EXECUTION_ANSWERS')
  }
}

describe('a block builder', () => {
  test('asks once for each call, and the block carries the answers in the order of their first use', async () => {
    const chain = newChain()
    const models = new ScriptedModels()
    const builder = await chain.build({}, models)
    expect(await add(builder, program({}, [TWO, ONE, TWO]))).toBe('included')
    const afterFirst = builder.gasUsed
    expect(await add(builder, program({ nonce: 1n }, [TWO, ONE, TWO]))).toBe('included')
    expect(models.asked.map(({ input }) => input)).toEqual([TWO, ONE])
    // Each call is paid for, whoever else asked the same.
    expect(builder.gasUsed).toBe(2n * afterFirst)
    const built = builder.finish()
    expect(built.answers).toEqual([answerOf(TWO), answerOf(ONE)])
    await expectImportable(chain, built)
  })

  test('carries answers of frames that were undone, and of transactions that failed', async () => {
    const chain = newChain()
    const builder = await chain.build({}, new ScriptedModels())
    expect(await add(builder, program({}, [{ target: REVERTER, input: ONE }]))).toBe('included')
    expect(await add(builder, program({ nonce: 1n }, [TWO], 'revert'))).toBe('failed')
    expect(await add(builder, program({ nonce: 2n }, [THREE], 'invalid'))).toBe('failed')
    const built = builder.finish()
    expect(built.answers).toEqual([ONE, TWO, THREE].map(answerOf))
    await expectImportable(chain, built)
  })

  test('carries an empty list where nobody asks, and none where the rules name no models', async () => {
    const transfer = signTransaction(alice, { nonce: 0n, to: bob.address, value: 1n })
    const builder = await newChain().build({}, new ScriptedModels())
    await add(builder, transfer)
    expect(builder.finish().answers).toEqual([])
    const plain = await new SmallChain(genesis).build({}, new ScriptedModels())
    await add(plain, transfer)
    expect(plain.finish().answers).toBeUndefined()
  })

  test('records nothing of a transaction that is refused', async () => {
    const builder = await newChain().build({}, new ScriptedModels())
    expect(await add(builder, program({ nonce: 1n }, [ONE]))).toBe('EXECUTION_NONCE')
    expect(builder.finish().answers).toEqual([])
  })

  test('is as it was after a transaction that cannot be answered, and takes others', async () => {
    const chain = newChain()
    const models = new ScriptedModels()
    const builder = await chain.build({}, models)
    expect(await add(builder, program({}, [ONE]))).toBe('included')
    const before = [builder.gasUsed, builder.bodyBytes]
    // Deep inside, after an answer, a write and a transfer.
    const stuck = program({ wallet: bob }, [
      { input: TWO },
      { target: FORWARDER, type: 'STATICCALL', input: generateInput(UNANSWERED) },
    ])
    for (let times = 0; times < 3; times++) expect(await add(builder, stuck, bob)).toBe('EXECUTION_ANSWERS_UNAVAILABLE')
    expect([builder.gasUsed, builder.bodyBytes]).toEqual(before)
    expect(await add(builder, program({ nonce: 1n }, [THREE]))).toBe('included')
    expect(await add(builder, program({ wallet: bob }, [TWO]), bob)).toBe('included')
    const built = builder.finish()
    expect(built.answers).toEqual([ONE, THREE, TWO].map(answerOf))
    // What was answered is remembered, even where it is not used.
    expect(models.asked.filter(({ input }) => equalBytes(input, TWO))).toHaveLength(1)
    await expectImportable(chain, built)

    const other = await chain.build({}, new ScriptedModels())
    for (const [transaction, wallet] of [
      [program({}, [ONE]), alice],
      [program({ nonce: 1n }, [THREE]), alice],
      [program({ wallet: bob }, [TWO]), bob],
    ] as const)
      await add(other, transaction, wallet)
    expect(other.finish()).toEqual(built)
  })

  test('is as it was after an error of another kind, too', async () => {
    const chain = newChain()
    let gone = true
    const models = new ScriptedModels()
    const builder = await chain.build(
      {},
      {
        answer: async (call) => {
          if (gone) throw new DOMException('gone', 'AbortError')
          return models.answer(call)
        },
      },
    )
    await expect(builder.add({ transaction: program({}, [ONE]), sender: alice.address })).rejects.toThrow('gone')
    gone = false
    expect(await add(builder, program({}, [ONE]))).toBe('included')
    await expectImportable(chain, builder.finish())
  })

  test('leaves out what calls a model if it has no source, and says so', async () => {
    const chain = newChain()
    const builder = await chain.build()
    const added = await builder.add({ transaction: program({}, [ONE]), sender: alice.address })
    expect(added).toMatchObject({ included: false, reason: expect.any(AnswerError) })
    expect(await add(builder, signTransaction(alice, { nonce: 0n, to: bob.address }))).toBe('included')
    await expectImportable(chain, builder.finish())
  })

  test('knows the size of its body as the codec does', async () => {
    const { body } = createBlockCodecs(transactionCodec)
    const builder = await newChain().build({}, new ScriptedModels())
    expect(builder.bodyBytes).toBe(body.encode({ transactions: [], answers: [] }).length)
    for (const [nonce, inputs] of [[ONE], [TWO, THREE], [ONE]].entries()) {
      await add(builder, program({ nonce: BigInt(nonce) }, inputs))
      // Nothing is finished here: a second builder comes to the same.
    }
    const { bodyBytes } = builder
    const { transactions, answers = [] } = builder.finish()
    expect(answers).toHaveLength(3)
    expect(bodyBytes).toBe(body.encode({ transactions, answers }).length)
  })

  test('takes a transaction only if the most that its gas may add to the body fits', async () => {
    const { body } = createBlockCodecs(transactionCodec)
    const transaction = program({ gasLimit: 500_000n }, [ONE])
    const intrinsic = 53_000n + transaction.data.reduce((sum, byte) => sum + (byte === 0 ? 4n : 16n), 0n)
    const gas = 500_000n - intrinsic - 2n * BigInt(Math.ceil(transaction.data.length / 32))
    const alone = body.encode({ transactions: [transaction], answers: [] }).length
    // The answers' list names its length in three bytes instead of none, and so does the body's.
    const least = alone + Number(gas / 16n) + 2
    for (const [bodyBytes, verdict] of [
      [least, 'included'],
      [least - 1, 'size'],
    ] as const) {
      const builder = await newChain({ bodyBytes }).build({}, new ScriptedModels())
      expect(await add(builder, transaction)).toBe(verdict)
      expect(builder.bodyBytes <= bodyBytes).toBe(true)
    }
    // A transfer has no gas left to ask with.
    const transfer = signTransaction(alice, { nonce: 0n, to: bob.address })
    const bodyBytes = body.encode({ transactions: [transfer], answers: [] }).length
    const builder = await newChain({ bodyBytes }).build()
    expect(await add(builder, transfer)).toBe('included')
  })

  test('takes a transaction only if no gas of it could ask for more answers than a body holds', async () => {
    const bodyBytes = 2_000_000
    const leastCall = MODEL.baseGas + MODEL.promptTokenGas + MODEL.outputTokenGas
    const plan = { nonce: 0n, to: bob.address }
    const [most, tooMuch] = [4_096n, 4_097n].map((calls) =>
      signTransaction(alice, { ...plan, gasLimit: 21_000n + calls * leastCall, maxFeePerGas: 10n ** 9n }),
    ) as [Transaction, Transaction]
    // Bytes are not what this is about: each may add more than a body holds.
    const inference = { models: [MODEL] }
    const builder = await newChain({ bodyBytes: 64_000_000, inference }).build({ gasLimit: 100_000_000n })
    expect(await add(builder, tooMuch)).toBe('count')
    expect(await add(builder, most)).toBe('included')
    expect(bodyBytes).toBeLessThan(Number((4_096n * leastCall) / 16n))
  })
})

describe('an imported block', () => {
  test('breaks a rule with answers that are missing, too many, swapped, repeated or of other calls', async () => {
    const chain = newChain()
    const builder = await chain.build({}, new ScriptedModels())
    await add(builder, program({}, [ONE, TWO]))
    const { transactions, answers = [], outcome } = builder.finish()
    const [one, two] = answers as [InferenceAnswer, InferenceAnswer]
    expect(await chain.execute(transactions, { answers })).toEqual(outcome)
    for (const wrong of [
      [],
      [one],
      [two],
      [two, one],
      [one, one, two],
      [one, two, two],
      [one, two, answerOf(THREE)],
      [answerOf(THREE), one, two],
      [one, { ...two, input: THREE }],
    ]) {
      expect(await codeOf(() => chain.execute(transactions, { answers: wrong }))).toBe('EXECUTION_ANSWERS')
    }
  })

  test('comes to another state with another answer', async () => {
    const chain = newChain()
    const builder = await chain.build({}, new ScriptedModels())
    await add(builder, program({}, [ONE]))
    const { transactions, answers, outcome } = builder.finish()
    const [said] = answers as [Extract<InferenceAnswer, { kind: 'generate' }>]
    const [token = 0] = said.tokens
    const changed = { ...said, tokens: [token === 80 ? 81 : 80, ...said.tokens.slice(1)] }
    const other = await chain.execute(transactions, { answers: [changed] })
    expect(other.gasUsed).toBe(outcome.gasUsed)
    expect(other.stateRoot).not.toEqual(outcome.stateRoot)
  })

  test('has answers where its rules name models, and nowhere else', async () => {
    const plain = new SmallChain(genesis)
    expect(await codeOf(() => plain.execute([], { answers: [] }))).toBe('EXECUTION_ANSWERS')
    const { execution, state } = newChain()
    const input = { state, nodes: state, stateRoot: state.stateRoot, environment: plain.environment(), reward: 0n }
    const bare = { ...input, blockHash: () => undefined, transactions: [], senders: [] }
    expect(await codeOf(() => execution.executeBlock(bare))).toBe('EXECUTION_ANSWERS')
    expect(await codeOf(() => execution.executeBlock({ ...bare, answers: [] }))).toBe('accepted')
  })

  test('is traced with its answers, whatever part of it', async () => {
    const chain = newChain()
    const builder = await chain.build({}, new ScriptedModels())
    await add(builder, program({}, [ONE]))
    await add(builder, program({ nonce: 1n }, [TWO, ONE]))
    await add(builder, program({ nonce: 2n }, [THREE]))
    const { transactions, answers } = builder.finish()
    const { execution, state } = chain
    const trace = (end: number, only?: number): ReturnType<typeof execution.traceBlock> =>
      execution.traceBlock({
        ...{ state, environment: chain.environment(), blockHash: () => undefined, answers },
        transactions: transactions.slice(0, end),
        senders: transactions.slice(0, end).map(() => alice.address),
        hooksFor: (index) => (only === undefined || index === only ? {} : undefined),
      })
    const all = await trace(3)
    expect(all.map(({ outcome }) => outcome.succeeded)).toEqual([true, true, true])
    for (const only of [0, 1, 2]) expect(await trace(only + 1, only)).toEqual([all[only]])
    const watched = await execution.watchBlock({
      ...{ state, environment: chain.environment(), blockHash: () => undefined, answers },
      ...{ transactions, senders: transactions.map(() => alice.address), hooksFor: () => undefined },
    })
    expect(watched).toEqual(all.map(({ outcome }) => outcome))
  })

  test('is simulated, and its gas estimated, with a live source', async () => {
    const chain = newChain()
    const { state } = chain
    const models = new ScriptedModels()
    const place = { state, environment: chain.environment(), blockHash: () => undefined, answers: models }
    const message = {
      ...{ from: alice.address, to: MODELS, value: 0n, data: ONE, accessList: [], authorizationList: [] },
      ...{ gasLimit: 5_000_000n, gasPrice: 0n },
    }
    const estimate = await chain.execution.estimateGas({ ...place, message })
    expect(estimate.kind).toBe('found')
    const gasLimit = estimate.kind === 'found' ? estimate.gas : 0n
    const called = await chain.execution.executeCall({ ...place, message: { ...message, gasLimit } })
    expect(called.succeeded).toBe(true)
    // All of these executions of one message asked, and the source may remember.
    expect(new Set(models.asked.map(callName)).size).toBe(1)
    const simulated = await chain.execution.simulateBlock({ ...place, state: new ImaginedState(state) }, (block) =>
      block.run({ transaction: program({}, [ONE]), sender: alice.address }, { gasLeft: 10_000_000n, isStrict: true }),
    )
    expect(simulated.succeeded).toBe(true)
  })
})
