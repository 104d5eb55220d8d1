import {
  type Address,
  callName,
  type GenesisAccount,
  type InferenceAnswer,
  type Transaction,
  toAddress,
} from '@poai/core'
import { expect, test } from 'vitest'
import type { BuiltBlock } from '../../../src/index.ts'
import {
  type CallType,
  forwarder,
  type ProgramCall,
  type ProgramEnd,
  programCode,
  reverter,
} from '../../support/calling-code.ts'
import { codeOf } from '../../support/code-of.ts'
import { createRandom, type Random } from '../../support/random.ts'
import {
  generateInput,
  INFERENCE,
  INFINITE,
  replayInput,
  ScriptedModels,
  UNANSWERED,
} from '../../support/scripted-models.ts'
import { signTransaction } from '../../support/sign-transaction.ts'
import { genesisAccount, SmallChain } from '../../support/small-chain.ts'
import { createWallets, type Wallet } from '../../support/wallets.ts'

const GENERATE = 0x0a10n
const REPLAY = 0x0a11n
const CHAINS = 10
const BLOCKS = 3
const MAX_TRANSACTIONS = 6
const MAX_CALLS = 6

const [alice] = createWallets(1, 'programs') as [Wallet]
const TYPES: readonly CallType[] = ['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL']
const ENDS: readonly ProgramEnd[] = ['stop', 'stop', 'stop', 'revert', 'invalid']

function place(number: number): Address {
  return toAddress(new Uint8Array(20).fill(number))
}

/** Contracts around the precompiles, and around each other. */
const CONTRACTS: readonly GenesisAccount[] = [GENERATE, REPLAY].flatMap((precompile, index) => {
  const first = 0xa0 + 16 * index
  const codes = [forwarder(precompile, 'CALL'), reverter(precompile), forwarder(precompile, 'STATICCALL', 30_000)]
  const around = [forwarder(place(first)), reverter(place(first + 1)), forwarder(place(first + 1), 'DELEGATECALL')]
  return [...codes, ...around].map((code, at) => genesisAccount(place(first + at), { nonce: 1n, code }))
})
const TARGETS: readonly (bigint | Uint8Array)[] = [
  ...[GENERATE, GENERATE, REPLAY, REPLAY],
  ...CONTRACTS.map(({ address }) => address),
]
const PROMPTS = ['', 'one', 'two', 'three', 'a longer question, over more than one word?', INFINITE]

function drawInput(random: Random): Uint8Array {
  const prompt = random.pick(PROMPTS)
  const temperature = random.pick([0, 0, 700])
  if (random.below(10) === 0) return generateInput(UNANSWERED)
  if (random.below(12) === 0) return random.bytes(random.below(300))
  if (random.below(2) === 0) return generateInput(prompt, { maxTokens: 1 + random.below(8), temperature })
  return replayInput(
    prompt,
    Array.from({ length: 1 + random.below(4) }, () => 3 + random.below(256)),
    { temperature },
  )
}

function drawCall(random: Random, inputs: readonly Uint8Array[]): ProgramCall {
  return {
    type: random.pick(TYPES),
    target: random.pick(TARGETS),
    // The same calls come again and again.
    input: random.pick(inputs),
    gas: random.pick([undefined, undefined, undefined, 13_000, 100_000]),
  }
}

function drawTransaction(random: Random, nonce: bigint, inputs: readonly Uint8Array[]): Transaction {
  const calls = Array.from({ length: 1 + random.below(MAX_CALLS) }, () => drawCall(random, inputs))
  return signTransaction(alice, {
    nonce,
    data: programCode(calls, random.pick(ENDS)),
    gasLimit: random.pick([400_000n, 2_000_000n, 2_000_000n, 5_000_000n]),
  })
}

interface Tally {
  transactions: number
  failed: number
  unanswered: number
  answers: number
  asked: number
}

async function drawBlock(chain: SmallChain, random: Random, nonce: bigint, tally: Tally): Promise<BuiltBlock> {
  const models = new ScriptedModels()
  const builder = await chain.build({ reward: 9n }, models)
  const inputs = Array.from({ length: 6 }, () => drawInput(random))
  let next = nonce
  for (let tries = 1 + random.below(MAX_TRANSACTIONS); tries > 0; tries--) {
    const added = await builder.add({ transaction: drawTransaction(random, next, inputs), sender: alice.address })
    if (added.included) next += 1n
    else expect((added.reason as { code?: string }).code).toBe('EXECUTION_ANSWERS_UNAVAILABLE')
    tally.unanswered += added.included ? 0 : 1
    tally.failed += added.included && added.receipt.status === 0 ? 1 : 0
  }
  const built = builder.finish()
  const { transactions, answers = [] } = built
  tally.transactions += transactions.length
  tally.answers += answers.length
  tally.asked += models.asked.length
  expect(new Set(answers.map(callName)).size).toBe(answers.length)
  return built
}

/** Every body that differs from a block's own by one answer. */
function wrongBodies(answers: readonly InferenceAnswer[], random: Random): (readonly InferenceAnswer[])[] {
  const bodies: (readonly InferenceAnswer[])[] = []
  const stranger: InferenceAnswer = {
    ...{ kind: 'replay', input: replayInput('nobody asks this', [9]), isRightRoot: true, firstWrong: 1 },
  }
  bodies.push([...answers, stranger], [stranger, ...answers])
  for (const [index, answer] of answers.entries()) {
    bodies.push(answers.filter((_, at) => at !== index))
    bodies.push([...answers.slice(0, index), answer, ...answers.slice(index)])
    bodies.push(answers.with(index, stranger))
    const other = random.below(answers.length)
    if (other !== index) bodies.push(answers.with(index, answers[other] as InferenceAnswer).with(other, answer))
  }
  return bodies
}

test('what a builder made of random programs is what an importer finds, with its answers and with no others', async () => {
  const tally: Tally = { transactions: 0, failed: 0, unanswered: 0, answers: 0, asked: 0 }
  for (let index = 0; index < CHAINS; index++) {
    const random = createRandom(`calling programs ${index}`)
    const hardfork = index % 2 === 0 ? 'osaka' : 'cancun'
    const chain = new SmallChain([genesisAccount(alice.address), ...CONTRACTS], {
      ...{ hardfork, inference: INFERENCE, bodyBytes: 2_000_000 },
    })
    let nonce = 0n
    for (let block = 0; block < BLOCKS; block++) {
      const { transactions, answers = [], outcome } = await drawBlock(chain, random, nonce, tally)
      const options = { answers, reward: 9n }
      for (const wrong of wrongBodies(answers, random)) {
        const code = await codeOf(() => chain.execute(transactions, { ...options, answers: wrong }))
        expect(code, `chain ${index}, block ${block}`).toBe('EXECUTION_ANSWERS')
      }
      expect(await chain.append(transactions, options), `chain ${index}, block ${block}`).toEqual(outcome)
      nonce += BigInt(transactions.length)
    }
  }
  // It was about something.
  expect(tally.transactions).toBeGreaterThan(40)
  expect(tally.failed).toBeGreaterThan(5)
  expect(tally.unanswered).toBeGreaterThan(2)
  expect(tally.answers).toBeGreaterThan(40)
})
