import { checkAnswer } from '../client/check-answers.ts'
import { paramsToJson } from '../client/node-client.ts'
import type { NodeMethods } from '../client/node-methods.ts'
import type { CallOptions, RpcClient } from './rpc-client.ts'

/**
 * The result of a method, typed by the method's name and checked before it is believed. Rejects with the client's
 * errors; with `RPC_MALFORMED` where the answer is not what the method answers.
 *
 * @example
 * const { head } = await ask(client, 'poai_nodeStatus', [])
 */
export async function ask<Name extends keyof NodeMethods>(
  client: Pick<RpcClient, 'call'>,
  method: Name,
  params: NodeMethods[Name]['params'],
  options?: CallOptions,
): Promise<NodeMethods[Name]['result']> {
  const answer: unknown = await client.call(method, paramsToJson(params), options)
  checkAnswer(method, answer)
  return answer
}
