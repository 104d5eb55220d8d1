import { join } from 'node:path'
import { start } from 'node:repl'
import { inspect } from 'node:util'
import { ask, type RpcClient } from '@poai/api/connect'
import type { JsonValue } from '@poai/core'
import type { Command } from 'commander'
import * as ethers from 'ethers'
import type { CliContext } from '../cli-context.ts'
import { createNodeProvider } from '../rpc-client/node-provider.ts'
import { withNode } from '../rpc-client/open-rpc-client.ts'
import { evaluateAsync } from '../shell/evaluate-async.ts'
import { installationOf } from './leaf-command.ts'
import { type NodeOptions, nodeCommand } from './node-option.ts'

interface AttachOptions extends NodeOptions {
  readonly exec?: string
}

/** Adds `poai attach`. */
export function addAttachCommand(program: Command, context: CliContext): void {
  nodeCommand(program, 'attach', {
    summary: 'open a JavaScript console on a node',
    details: 'It has ethers, provider, rpc(method, …), block(n), exam(n), balance(address) and wallet(key).',
    examples: [
      'attach',
      'attach --rpc http://127.0.0.1:8545',
      "attach --exec 'await provider.getBlockNumber()'",
      "attach --exec '(await exam()).quizzes' --json",
    ],
  })
    .option('--exec <code>', 'evaluate this, print the result, and exit')
    .action((options: AttachOptions) =>
      withNode(options, context.environment, (client) => attach(context, client, options)),
    )
}

async function attach(context: CliContext, client: RpcClient, options: AttachOptions): Promise<void> {
  const provider = await createNodeProvider(client)
  try {
    const names = namesFor(client, provider)
    if (options.exec === undefined) await prompt(context, client, { names, options })
    else print(context, options, await evaluateAsync(options.exec, names))
  } finally {
    provider.destroy()
  }
}

/** The names that the console has. */
function namesFor(client: RpcClient, provider: ethers.JsonRpcApiProvider): Readonly<Record<string, unknown>> {
  const rpc = (method: string, ...params: readonly JsonValue[]): Promise<JsonValue> => client.call(method, params)
  const place = (block: number | bigint | string): string =>
    typeof block === 'string' ? block : ethers.toQuantity(block)
  return {
    ethers,
    provider,
    rpc,
    block: (block: number | bigint | string = 'latest') =>
      rpc(String(block).length === 66 ? 'eth_getBlockByHash' : 'eth_getBlockByNumber', place(block), true),
    exam: (block: number | bigint | string = 'latest') => rpc('poai_getExam', place(block)),
    balance: async (address: string) => ethers.formatEther(await provider.getBalance(address)),
    wallet: (privateKey: string) => new ethers.Wallet(privateKey, provider),
  }
}

function print({ terminal }: CliContext, { json }: AttachOptions, value: unknown): void {
  terminal.out(json ? `${toJson(value)}\n` : `${typeof value === 'string' ? value : inspect(value, { depth: 6 })}\n`)
}

/** As JSON, with bigints as text. */
function toJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, member: unknown) =>
    typeof member === 'bigint' ? String(member) : member,
  )
}

interface Prompt {
  readonly names: Readonly<Record<string, unknown>>
  readonly options: AttachOptions
}

async function prompt(context: CliContext, client: RpcClient, { names, options }: Prompt): Promise<void> {
  const { terminal } = context
  terminal.err(await greeting(client))
  const repl = start({ prompt: '> ', ignoreUndefined: true, useGlobal: false })
  Object.assign(repl.context, names)
  const history = join(installationOf(options, context).home, 'attach-history')
  repl.setupHistory(history, (error) => {
    if (error !== null) terminal.err(`no history: ${error.message}\n`)
  })
  await new Promise<void>((resolve) => {
    repl.once('exit', resolve)
    context.signal.addEventListener('abort', () => repl.close(), { once: true })
  })
}

async function greeting(client: RpcClient): Promise<string> {
  const version = await client.call('web3_clientVersion').catch(() => 'a node')
  const status = await ask(client, 'poai_nodeStatus', []).catch(() => undefined)
  const at = status === undefined ? '' : `, block ${status.head.number}, ${status.peers} peers`
  return `${String(version)} at ${client.address}${at}
Names: provider, wallet(key), rpc(method, …), block(n), exam(n), balance(address), ethers. await works; .exit leaves.
`
}
