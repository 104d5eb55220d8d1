import { type Method, PreparedJson, RpcError } from '@poai/api'
import { type Hex, type NetworkParams, silentLogger } from '@poai/core'
import { OWNERS_CALL } from '@poai/testing/call-method'
import { signTransaction, type Wallet } from '@poai/testing/chain'
import { expectAnswer } from '@poai/testing/expect-answer'
import { parseParams } from '../../src/dispatch/parse-params.ts'
import { toRpcError } from '../../src/dispatch/to-rpc-error.ts'
import { LogTexts } from '../../src/format/log-texts.ts'
import type { MethodContext } from '../../src/methods/method-context.ts'
import { type MiningChain, openMemoryChain } from './mining-chain.ts'
import { contextOf, dependenciesOf } from './rpc-fixture.ts'

/** Some methods over a chain in memory: no server, no disk. */
export interface OpenMethods extends MiningChain {
  readonly context: MethodContext
  /** The result of a method, as the dispatcher would get it; it is checked against the method's schema. */
  call(name: string, ...params: readonly unknown[]): Promise<unknown>
  /** The code and text that a client is told where a call fails. */
  refusal(name: string, ...params: readonly unknown[]): Promise<Pick<RpcError, 'code' | 'message' | 'data'>>
  /** Puts a transaction of a wallet into the pool and answers with its hash. */
  send(wallet: Wallet, plan: Parameters<typeof signTransaction>[2]): Promise<Hex>
}

/** Opens a group of methods; `more` are parts of a node that the chain itself does not have. */
export async function openMethods(
  groupOf: (context: MethodContext) => readonly Method[],
  more: Partial<MethodContext> = {},
  network?: NetworkParams,
): Promise<OpenMethods> {
  const mining = await openMemoryChain(network)
  const { params, chain } = mining
  const context: MethodContext = {
    ...{ ...dependenciesOf(mining), ...contextOf(mining) },
    ...{ logTexts: new LogTexts(), ...more },
  }
  const methods = new Map(groupOf(context).map((method) => [method.name, method]))
  const invoke = async (name: string, given: readonly unknown[]): Promise<unknown> => {
    const method = methods.get(name)
    if (method === undefined) throw new Error(`no method ${name} in this group`)
    const answer = await method.invoke(parseParams(method, given), OWNERS_CALL)
    return JSON.parse(answer instanceof PreparedJson ? answer.text : JSON.stringify(answer))
  }
  return {
    ...mining,
    context,
    call: async (name, ...given) => {
      const answer = await invoke(name, given)
      expectAnswer(name, given, answer)
      return answer
    },
    refusal: async (name, ...given) => {
      const outcome = await invoke(name, given).catch((error: unknown) => toRpcError(error, silentLogger, name))
      if (outcome instanceof RpcError) return outcome
      throw new Error(`${name} answered ${JSON.stringify(outcome)}`)
    },
    send: async (wallet, plan) => {
      const transaction = signTransaction(params.chainId, wallet, plan)
      await chain.mempool.add(transaction)
      return `0x${Buffer.from(transaction.hash).toString('hex')}`
    },
    close: async () => {
      context.view.close()
      await mining.close()
    },
  }
}
