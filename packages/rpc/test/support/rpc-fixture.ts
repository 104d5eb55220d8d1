import { inlineRecovery } from '@poai/chain'
import { type JsonValue, type NetworkParams, silentLogger } from '@poai/core'
import { expectAnswer } from '@poai/testing/expect-answer'
import { onTestFinished } from 'vitest'
import { ChainView } from '../../src/chain-view.ts'
import {
  createRpcServer,
  RPC_DEFAULTS,
  type RpcDependencies,
  type RpcLimits,
  type RpcServer,
  type RpcServerOptions,
} from '../../src/index.ts'
import { type MiningChain, openMiningChain } from './mining-chain.ts'

/** A chain with a server over it. */
export interface RpcFixture extends MiningChain {
  readonly server: RpcServer
  readonly url: string
  /** The answer to a call over HTTP, error or not. Its result is checked against the schema of the method. */
  ask(method: string, params?: readonly unknown[]): Promise<RpcAnswer>
  /** Its result; throws where it is an error. */
  call(method: string, params?: readonly unknown[]): Promise<unknown>
  /** The answer to any text. */
  post(body: string, headers?: Readonly<Record<string, string>>): Promise<Response>
}

export interface RpcAnswer {
  readonly jsonrpc: '2.0'
  readonly id: JsonValue
  readonly result?: JsonValue
  readonly error?: { readonly code: number; readonly message: string; readonly data?: JsonValue }
}

export interface RpcFixtureOptions {
  readonly params?: NetworkParams
  readonly server?: Partial<RpcServerOptions>
  readonly dependencies?: Partial<RpcDependencies>
}

/** What a server over that chain needs. */
export function dependenciesOf({ engine, ...mining }: MiningChain): RpcDependencies {
  return { ...mining, evaluator: engine, recovery: inlineRecovery, logger: silentLogger, clientVersion: 'poai/test' }
}

/** What methods over that chain are made with besides. */
export function contextOf({ chain }: MiningChain): { readonly limits: RpcLimits; readonly view: ChainView } {
  return { limits: RPC_DEFAULTS, view: new ChainView(chain, inlineRecovery) }
}

/** Opens it on a free port; everything ends with the test. */
export async function openRpcFixture(options: RpcFixtureOptions = {}): Promise<RpcFixture> {
  const mining = await openMiningChain(options.params)
  onTestFinished(() => mining.close())
  const server = createRpcServer(
    { http: { host: '127.0.0.1', port: 0, corsOrigins: [], virtualHosts: [] }, ...options.server },
    { ...dependenciesOf(mining), ...options.dependencies },
  )
  await server.start()
  onTestFinished(() => server.stop())
  const url = server.url ?? ''
  const post: RpcFixture['post'] = (body, headers = {}) =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
  const ask: RpcFixture['ask'] = async (method, given = []) => {
    const response = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: given }))
    const answer = (await response.json()) as RpcAnswer
    if (answer.result !== undefined) expectAnswer(method, given, answer.result)
    return answer
  }
  const call: RpcFixture['call'] = async (method, given) => {
    const { result, error } = await ask(method, given)
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result ?? null
  }
  return { ...mining, server, url, ask, call, post }
}
