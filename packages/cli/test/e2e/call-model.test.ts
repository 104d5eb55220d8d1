import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { bytesToHex, type CallableModel, devnet, type Hex, type NetworkParams, networkParamsToJson } from '@poai/core'
import {
  ContractChain,
  calllessDevnet,
  rootOf,
  SCRIPTED_MODEL,
  type ScriptedModel,
  scriptedModel,
} from '@poai/testing/chain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCli } from '../../src/program.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const QUIZ: CallableModel = { ...SCRIPTED_MODEL, name: 'quiz-1' }
const OTHER: CallableModel = { ...SCRIPTED_MODEL, name: 'other', sha256: devnet.work.modelSha256 }
const QUIZ_HASH = bytesToHex(QUIZ.sha256)
const OTHER_HASH = bytesToHex(OTHER.sha256)
/** The precompile's own charge for 17 tokens of prompt and 3 of answer. */
const GAS = 20_000 + 17 * 100 + 3 * 1_000

let params: NetworkParams
let model: ScriptedModel
let said = ''
let server: Server
let url = ''

/** A node of which three methods are there; its calls run in the EVM, with answers from the test. */
beforeEach(async () => {
  params = { ...devnet, inference: { models: [QUIZ, OTHER] } }
  said = '42'
  model = scriptedModel(() => said)
  server = createServer(async (request, response) => {
    const { id, method, params: given } = JSON.parse(await text(request)) as Call
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(await answer(method, given)) }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterEach(() => {
  server.close()
  server.closeAllConnections()
})

interface Call {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

async function answer(method: string, [first]: readonly unknown[]): Promise<object> {
  if (method === 'poai_networkParams') return { result: networkParamsToJson(params) }
  if (method === 'eth_blockNumber') return { result: '0x7' }
  if (method !== 'eth_call') return { error: { code: -32601, message: 'no such method' } }
  const chain = new ContractChain(model, params.inference)
  const { succeeded, returnData, failure } = await chain.call(first as { to: Hex; data: Hex })
  return succeeded ? { result: bytesToHex(returnData) } : { error: { code: -32000, message: failure } }
}

async function run(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const terminal = createTestTerminal()
  const context = { terminal, environment: {}, signal: new AbortController().signal, version: '0.0.0' }
  const code = await runCli(['call-model', ...args, '--rpc', url], context)
  return { code, out: terminal.outText(), err: terminal.errText() }
}

async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, out } = await run(...args, '--json')
  expect(code, out).toBe(0)
  return JSON.parse(out)
}

describe('poai call-model', () => {
  it('asks as quiz-1 was taught, and prints the answer', async () => {
    expect(await run('17 + 25?')).toEqual({ code: 0, out: '42\n', err: '' })
    expect(model.asked).toEqual(['\nQ: 17 + 25?\nA: '])
  })

  it('tells all with --json', async () => {
    const tokens = [0x34, 0x32, 0x0a].map((byte) => byte + 3)
    expect(await json('17 + 25?')).toEqual({
      ...{ model: 'quiz-1', sha256: QUIZ_HASH, prompt: '\nQ: 17 + 25?\nA: ', text: '42', bytes: '0x3432', tokens: 3 },
      ...{ root: bytesToHex(rootOf(tokens)), gas: GAS, temperature: 0, seed: `0x${'00'.repeat(32)}` },
    })
  })

  it('asks another model by its name or its hash, without a template', async () => {
    expect(await json('Hello', '--model', 'other')).toMatchObject({ model: 'other', prompt: 'Hello' })
    expect(await json('Hello', '--model', OTHER_HASH)).toMatchObject({ model: 'other' })
    expect(await json('Hello', '--model', OTHER_HASH.slice(2).toUpperCase())).toMatchObject({ model: 'other' })
    expect(await json('Hello', '--raw')).toMatchObject({ model: 'quiz-1', prompt: 'Hello' })
  })

  it('draws by temperature from the seed that it is given, or from one of its own', async () => {
    const seed = `0x${'00'.repeat(31)}2a`
    expect(await json('x', '--temperature', '0.8', '--seed', '2a')).toMatchObject({ temperature: 800, seed })
    const seeds = [await json('x', '--temperature', '1'), await json('x', '--temperature', '1')]
    expect(seeds[0]?.['seed']).not.toBe(seeds[1]?.['seed'])
    for (const wrong of ['101', '0.1234', '-1', 'hot'])
      expect(await run('x', `--temperature=${wrong}`)).toMatchObject({ code: 2, out: '' })
    expect(await run('x', '--seed', '0xg')).toMatchObject({ code: 2, out: '' })
  })

  it('cuts the answer at --max-tokens', async () => {
    expect(await run('17 + 25?', '--max-tokens', '1')).toMatchObject({ out: '4\n' })
  })

  it('lets no model speak to the terminal', async () => {
    said = '\u001b[31mred\u202e\u0007'
    expect((await run('x')).out).toBe('[31mred\n')
  })
})

describe('what goes wrong', () => {
  it('names the models of the network', async () => {
    const { code, err } = await run('x', '--model', 'gpt')
    expect(code).toBe(2)
    expect(err).toContain('no contract can call the model gpt here')
    expect(err).toContain(`the network has quiz-1 (${QUIZ_HASH}), other (${OTHER_HASH})`)
  })

  it('counts the tokens of what is too long', async () => {
    const { code, err } = await run('x'.repeat(235), '--max-tokens', '13')
    expect(code).toBe(2)
    expect(err).toContain('the prompt has 244 tokens and the answer up to 13, and quiz-1 holds 256')
    expect(err).toContain('--max-tokens 12 is the most after this prompt')
    expect(await run('x'.repeat(235))).toMatchObject({ code: 0 })
    expect((await run('x'.repeat(247))).err).toContain('leave out 1 byte or more')
    expect(model.asked).toHaveLength(1)
  })

  it('says that the network has no models to call', async () => {
    params = calllessDevnet
    const { code, err } = await run('x')
    expect(code).toBe(2)
    expect(err).toContain('contracts of the network devnet cannot call models at block 7')
  })

  it('says that nobody answers', async () => {
    const terminal = createTestTerminal()
    const context = { terminal, environment: {}, signal: new AbortController().signal, version: '0.0.0' }
    expect(await runCli(['call-model', 'x', '--rpc', 'http://127.0.0.1:1'], context)).toBe(3)
    expect(terminal.errText()).toContain('no node answers at http://127.0.0.1:1')
  })
})
