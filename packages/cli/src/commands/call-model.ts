import { randomBytes } from 'node:crypto'
import { ask, type RpcClient } from '@poai/api/connect'
import { bytesToHex, defined, type Hash32, type InferenceParams, rulesAt, toHash32, ZERO_HASH } from '@poai/core'
import { printableLines } from '@poai/testnet/terminal'
import { type Command, InvalidArgumentError } from 'commander'
import { callModel, chooseModel, type ModelReply, toCall } from '../call/call-model.ts'
import type { CliContext } from '../cli-context.ts'
import { fetchNetworkParams } from '../mine/rpc-farm-client.ts'
import { wholeNumber } from '../parse-options.ts'
import { UsageError } from '../report-error.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { printResult } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

interface CallModelOptions extends NodeOptions {
  readonly model?: string
  readonly raw?: true
  readonly maxTokens?: number
  /** In thousandths. */
  readonly temperature: number
  readonly seed?: Hash32
}

const MAX_TOKENS = 4_096
const MAX_TEMPERATURE = 100
const SEED_BYTES = 32

/** Adds `poai call-model`. */
export function addCallModelCommand(program: Command, context: CliContext): void {
  nodeCommand(program, 'call-model', {
    summary: 'ask a model through a node, as a contract would; nothing is sent to the chain',
    details:
      'quiz-1 knows quizzes such as "17 + 25?" and nothing else. What is asked becomes part of a prompt as the model ' +
      'was taught; --raw sends it as it is.',
    examples: [
      'call-model "17 + 25?"',
      'call-model "Is 150 more than 143?" --rpc http://127.0.0.1:8545 --json',
      'call-model "hello" --model chat-1 --temperature 0.8 --seed 7',
    ],
  })
    .argument('<text>', 'what to ask')
    .option('--model <name-or-sha256>', 'which model of the network (default: its first one)')
    .option('--raw', 'send the text as the whole prompt')
    .option('--max-tokens <number>', 'the longest answer, in bytes', wholeNumber(1, MAX_TOKENS))
    .option('--temperature <number>', 'how freely tokens are drawn; 0 takes the likeliest', parseTemperature, 0)
    .option('--seed <hex>', 'what they are drawn from, up to 32 bytes (default: random)', parseSeed)
    .action((text: string, options: CallModelOptions) =>
      withNode(options, context.environment, (client) => show(context, client, { text, options })),
    )
}

/** A number with up to three digits after its point, in thousandths. */
function parseTemperature(text: string): number {
  const [, whole, fraction = ''] = /^(\d{1,3})(?:\.(\d{1,3}))?$/.exec(text) ?? []
  const thousandths = 1_000 * Number(whole) + Number(fraction.padEnd(3, '0'))
  if (thousandths <= 1_000 * MAX_TEMPERATURE) return thousandths
  throw new InvalidArgumentError(`expected a number from 0 to ${MAX_TEMPERATURE} with at most three decimals.`)
}

function parseSeed(text: string): Hash32 {
  const digits = text.replace(/^0x/i, '')
  if (!/^[0-9a-f]{1,64}$/i.test(digits)) throw new InvalidArgumentError('expected up to 64 hexadecimal digits.')
  return toHash32(Uint8Array.from(Buffer.from(digits.padStart(2 * SEED_BYTES, '0'), 'hex')))
}

async function show(
  context: CliContext,
  client: RpcClient,
  { text, options }: { readonly text: string; readonly options: CallModelOptions },
): Promise<void> {
  const { signal } = context
  const { temperature, raw = false } = options
  const seed = options.seed ?? (temperature === 0 ? ZERO_HASH : toHash32(Uint8Array.from(randomBytes(SEED_BYTES))))
  const model = chooseModel(await fetchInference(client, signal), options.model)
  const question = { text, isRaw: raw, temperature, seed, ...defined({ maxTokens: options.maxTokens }) }
  const reply = await callModel(client, toCall(model, question), signal)
  const said = printableLines(new TextDecoder().decode(reply.text))
  const result = { ...toJson(reply), temperature, seed: bytesToHex(seed) }
  printResult(context, options, result, () => `${raw ? said : said.trim()}\n`)
}

/** What contracts may ask at the head of the node's chain. */
async function fetchInference(client: RpcClient, signal: AbortSignal): Promise<InferenceParams> {
  const [params, head] = await Promise.all([
    fetchNetworkParams(client, signal),
    ask(client, 'eth_blockNumber', [], { signal }),
  ])
  const { inference } = rulesAt(params, BigInt(head))
  if (inference !== undefined) return inference
  throw new UsageError(
    `contracts of the network ${params.name} cannot call models at block ${Number(head)}`,
    'ask the node of another network, or wait for the fork that begins it',
  )
}

function toJson({ model, prompt, text, tokens, root, gas }: ModelReply): object {
  return {
    ...{ model: model.name, sha256: bytesToHex(model.sha256), prompt },
    ...{ text: new TextDecoder().decode(text), bytes: bytesToHex(text), tokens, root, gas: Number(gas) },
  }
}
