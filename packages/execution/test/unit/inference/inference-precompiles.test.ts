import {
  type Address,
  bytesToUint,
  callName,
  concatBytes,
  decodeInferenceCall,
  encodeReplay,
  gasToAsk,
  type InferenceCall,
  type InferenceKind,
  returnDataOf,
  toAddress,
  uintToBytes,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import { describe, expect, test } from 'vitest'
import { AnswerError, type AnswerSource, type CallInput, type CallOutcome, precompilesOf } from '../../../src/index.ts'
import { type CallType, forwarder, reverter } from '../../support/calling-code.ts'
import {
  answerTo,
  generateInput,
  INFERENCE,
  INFINITE,
  MODEL,
  replayInput,
  ScriptedModels,
  UNANSWERED,
} from '../../support/scripted-models.ts'
import { blockHash, genesisAccount, SmallChain } from '../../support/small-chain.ts'
import { createWallets, type Wallet } from '../../support/wallets.ts'

const GENERATE = 0x0a10n
const REPLAY = 0x0a11n
const [alice] = createWallets(1) as [Wallet]
const INTRINSIC = 21_000n

function at(value: bigint): Address {
  return toAddress(uintToBytes(value, 20))
}

interface CallOptions {
  readonly gasLimit?: bigint
  readonly value?: bigint
  /** Null: none. */
  readonly answers?: AnswerSource | null
}

/** Calls a contract with that code, or the address itself; `data` is what either gets. */
function call(
  target: Uint8Array | bigint,
  data: Uint8Array,
  {
    gasLimit = 1_000_000n,
    value = 0n,
    answers = new ScriptedModels(),
    ...rest
  }: Partial<Omit<CallInput, 'answers'>> & CallOptions = {},
  hasModels = true,
): Promise<CallOutcome> {
  const contract = at(0xc0den)
  const code = typeof target === 'bigint' ? undefined : target
  const chain = new SmallChain([genesisAccount(alice.address)], hasModels ? { inference: INFERENCE } : {})
  return chain.execution.executeCall({
    state: chain.state,
    environment: chain.environment(),
    blockHash,
    message: {
      ...{ from: alice.address, to: typeof target === 'bigint' ? at(target) : contract, value, data },
      ...{ accessList: [], authorizationList: [], gasLimit, gasPrice: 0n },
    },
    ...(code === undefined ? {} : { overrides: [{ address: contract, code }] }),
    answers: answers ?? undefined,
    ...rest,
  })
}

function decoded(kind: InferenceKind, input: Uint8Array): InferenceCall {
  const found = decodeInferenceCall(INFERENCE, kind, input)
  if (found === undefined) throw new Error('a call that is none')
  return found
}

/** What {@link forwarder} returns. */
function told({ returnData }: CallOutcome): { readonly success: boolean; readonly data: Uint8Array } {
  return { success: bytesToUint(returnData.subarray(0, 32)) === 1n, data: returnData.subarray(32) }
}

/** Of data that the message sends. */
function dataGas(data: Uint8Array): bigint {
  return data.reduce((sum, byte) => sum + (byte === 0 ? 4n : 16n), 0n)
}

describe.each([
  ['generate', GENERATE, generateInput('17 + 25?')],
  ['replay', REPLAY, replayInput('17 + 25?', [55, 53, 13])],
] as const)('the precompile %s', (kind, address, input) => {
  const asked = gasToAsk(decoded(kind, input))

  test('returns what the model said, and takes the gas of that', async () => {
    const outcome = await call(address, input)
    const answer = answerTo(decoded(kind, input))
    expect(outcome).toMatchObject({ succeeded: true, failure: undefined })
    expect(outcome.returnData).toEqual(returnDataOf(decoded(kind, input), answer))
    const tokens = answer.kind === 'generate' ? answer.tokens.length : 3
    const price = 10_000n + 100n * 9n + 1_000n * BigInt(tokens)
    expect(outcome.gasUsed).toBe(INTRINSIC + dataGas(input) + price)
    expect(outcome.gasRefunded).toBe(0n)
  })

  test('wants the gas of the longest answer, and asks nobody without it', async () => {
    const least = INTRINSIC + dataGas(input) + asked
    expect(await call(address, input, { gasLimit: least })).toMatchObject({ succeeded: true })
    const answers = new ScriptedModels()
    const outcome = await call(address, input, { gasLimit: least - 1n, answers })
    expect(outcome).toMatchObject({ succeeded: false, failure: 'out of gas', gasUsed: least - 1n })
    expect(answers.asked).toEqual([])
  })

  test.each(['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'] as const)('answers a %s', async (type) => {
    const outcome = told(await call(forwarder(address, type), input))
    expect(outcome).toEqual({
      success: true,
      data: returnDataOf(decoded(kind, input), answerTo(decoded(kind, input))),
    })
  })

  test('takes no more from a contract than the answer costs, and all of what a failed call brought', async () => {
    const gas = Number(asked)
    const [enough, less] = await Promise.all([
      call(forwarder(address, 'STATICCALL', gas), input),
      call(forwarder(address, 'STATICCALL', gas - 1), input),
    ])
    expect(told(enough as CallOutcome).success).toBe(true)
    expect(told(less as CallOutcome)).toEqual({ success: false, data: new Uint8Array(0) })
    const none = await call(forwarder(address, 'STATICCALL', 0), input)
    expect(less.gasUsed - none.gasUsed).toBe(asked - 1n)
  })

  test('passes on at most all but one 64th of the gas', async () => {
    const code = forwarder(address, 'STATICCALL')
    const answers = new ScriptedModels()
    // All is warm, and memory for the data has been paid for before the call.
    const before = await call(forwarder(address, 'STATICCALL', 0), input, { answers })
    const spent = before.gasUsed - 200n
    expect(told(await call(code, input, { gasLimit: spent + (asked * 64n) / 63n + 1_000n, answers })).success).toBe(
      true,
    )
    expect(answers.asked).toHaveLength(1)
    const short = await call(code, input, { gasLimit: spent + (asked * 64n) / 63n - 1_000n, answers })
    expect(short.succeeded && told(short).success).toBe(false)
    expect(answers.asked).toHaveLength(1)
  })

  test.each([
    ['nothing', new Uint8Array(0)],
    ['a byte more', concatBytes(input, Uint8Array.of(0))],
    ['a word more', concatBytes(input, new Uint8Array(32))],
    ['a byte less', input.subarray(0, -1)],
    ['an unknown model', input.with(31, 0x12)],
    ['padding that is not zero', input.map((byte, index) => (index === input.length - 1 ? byte + 1 : byte))],
  ] as const)('fails with all of its gas for %s', async (what, data) => {
    if (kind === 'replay' && what.startsWith('padding')) return
    const answers = new ScriptedModels()
    const outcome = await call(address, data, { answers })
    expect(outcome).toMatchObject({ succeeded: false, gasUsed: 1_000_000n, failure: 'value out of range' })
    expect(outcome.returnData).toEqual(new Uint8Array(0))
    expect(answers.asked).toEqual([])
  })

  test('cannot be decided without a source, or by one that fails: the call itself does not fail', async () => {
    const error = await call(address, input, { answers: null }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(AnswerError)
    expect(error).toMatchObject({ code: 'EXECUTION_ANSWERS_UNAVAILABLE', actual: 'none' })
    const busy = kind === 'generate' ? generateInput(UNANSWERED) : replayInput(UNANSWERED, [55])
    for (const code of [forwarder(address), reverter(address)]) {
      const caught = await call(code, busy).catch((failure: unknown) => failure)
      expect(caught).toBeInstanceOf(AnswerError)
      expect(caught).toMatchObject({ message: 'the engine is busy', hint: 'ask again later' })
    }
  })

  test('passes on what else a source throws', async () => {
    const gaveUp = new DOMException('gone', 'AbortError')
    const answers = { answer: () => Promise.reject(gaveUp) }
    await expect(call(forwarder(address), input, { answers })).rejects.toBe(gaveUp)
  })

  test('keeps the coins that it is sent, as every precompile does', async () => {
    const outcome = await call(address, input, { value: 7n, withState: true })
    expect(outcome.succeeded).toBe(true)
    const changed = outcome.state?.changes.accounts.map(({ address: of, next }) => [bytesToUint(of), next?.balance])
    expect(changed).toContainEqual([address, 7n])
    const failed = await call(address, input.with(31, 0x12), { value: 7n, withState: true })
    expect(failed.state?.changes.accounts.some(({ address: of }) => bytesToUint(of) === address)).toBe(false)
  })

  test('is nothing where the rules name no models', async () => {
    const outcome = await call(address, input, {}, false)
    expect(outcome).toMatchObject({ succeeded: true, gasUsed: INTRINSIC + dataGas(input) })
    expect(told(await call(forwarder(address), input, {}, false))).toEqual({ success: true, data: new Uint8Array(0) })
  })

  test('is warm from the start, and in no access list', async () => {
    // Pushes the gas that EXTCODESIZE of the address takes, and returns it.
    const measure = concatBytes(
      uintToBytes(0x5a73n, 2),
      uintToBytes(address, 20),
      uintToBytes(0x3b505a9003n, 5),
      uintToBytes(0x5f5260205ff3n, 6),
    )
    const [warm, cold] = await Promise.all([
      call(measure, new Uint8Array(0)),
      call(measure, new Uint8Array(0), {}, false),
    ])
    expect(bytesToUint(cold.returnData) - bytesToUint(warm.returnData)).toBe(2_500n)
    expect((await call(forwarder(address), input)).accessList).toEqual([])
  })
})

describe('a model whose numbers are not finite', () => {
  test('makes the call fail with all of its gas', async () => {
    const input = generateInput(INFINITE)
    expect(await call(GENERATE, input)).toMatchObject({ succeeded: false, gasUsed: 1_000_000n })
    const gas = 40_000
    const [failed, none] = await Promise.all([
      call(forwarder(GENERATE, 'STATICCALL', gas), input),
      call(forwarder(GENERATE, 'STATICCALL', 0), input),
    ])
    expect(told(failed as CallOutcome).success).toBe(false)
    expect(failed.gasUsed - none.gasUsed).toBe(BigInt(gas))
  })
})

test('the answer keeps its own copy of the input, which the caller may write over', async () => {
  const answers = new ScriptedModels()
  const input = generateInput('to be written over')
  await call(forwarder(GENERATE), input, { answers })
  expect(answers.asked.map(callName)).toEqual([callName({ kind: 'generate', input })])
  expect(answers.asked[0]?.prompt).toEqual(utf8ToBytes('to be written over'))
})

test('input that its gas does not pay for is not even read', async () => {
  const output = Uint32Array.from({ length: 60 }, () => 55)
  const said = { prompt: utf8ToBytes('x'), temperature: 0, seed: ZERO_HASH, root: ZERO_HASH, output }
  const input = encodeReplay({ ...said, model: MODEL.sha256 })
  const wrong = input.with(31, 0x12)
  const gas = input.length * 16
  const [short, read] = await Promise.all(
    [gas - 1, gas].map((limit) => traced(forwarder(REPLAY, 'STATICCALL', limit), wrong)),
  )
  expect(short).toBe('out of gas')
  expect(read).toBe('value out of range')
})

/** How the first inner frame failed. */
async function traced(code: Uint8Array, data: Uint8Array): Promise<string | undefined> {
  const failures: (string | undefined)[] = []
  await call(code, data, {
    onExit: ({ depth, failure }) => {
      if (depth === 1) failures.push(failure)
    },
  })
  return failures[0]
}

test.each<CallType>(['CALL', 'DELEGATECALL', 'STATICCALL'])('a trace shows the frame of a %s', async (type) => {
  const frames: unknown[] = []
  const input = generateInput('hello')
  await call(forwarder(GENERATE, type), input, {
    onEnter: (frame) => frames.push([frame.type, frame.runsPrecompile, frame.to && bytesToUint(frame.to)]),
  })
  expect(frames.at(-1)).toEqual([type, true, GENERATE])
})

test('precompiles are those of Ethereum, and the two where models are named', () => {
  for (const hardfork of ['cancun', 'osaka'] as const) {
    const ethereum = precompilesOf({ hardfork }).map(bytesToUint)
    expect(precompilesOf({ hardfork, inference: INFERENCE }).map(bytesToUint)).toEqual([...ethereum, GENERATE, REPLAY])
  }
})
