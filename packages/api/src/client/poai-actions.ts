import type { JsonValue } from '@poai/core'
import { paramsToJson, type SendCall } from './node-client.ts'
import { type NodeMethods, POAI_METHODS } from './node-methods.ts'

type OwnMethod = (typeof POAI_METHODS)[number]
type NameOf<Method> = Method extends `poai_${infer Name}` ? Name : never

/**
 * The chain's own methods as functions: `poai_getExam` is `getExam`. Heights and counts may be bigints, numbers or
 * hexadecimal.
 */
export type PoaiActions = {
  readonly [Method in OwnMethod as NameOf<Method>]: (
    ...params: NodeMethods[Method]['params']
  ) => Promise<NodeMethods[Method]['result']>
}

/** A client of viem, or anything else with the interface of EIP-1193. */
export interface Requester {
  request(call: { readonly method: string; readonly params?: unknown }): Promise<unknown>
}

/** A provider of ethers that speaks JSON-RPC. */
export interface Sender {
  send(method: string, params: JsonValue[]): Promise<unknown>
}

const PREFIX = 'poai_'

/** The functions over anything that carries calls. */
export function createPoai(send: SendCall): PoaiActions {
  const actions = POAI_METHODS.map((method) => {
    const act = (...params: readonly JsonValue[]): Promise<unknown> => send(method, paramsToJson(params))
    return [method.slice(PREFIX.length), act]
  })
  // The names and their types were made from the same table.
  return Object.fromEntries(actions) as unknown as PoaiActions
}

/** For viem: `client.extend(poaiActions())` has them as `client.poai`. */
export function poaiActions(): (client: Requester) => { readonly poai: PoaiActions } {
  return (client) => ({ poai: createPoai((method, params) => client.request({ method, params })) })
}

/** For ethers: `poaiOf(provider).getExam('latest')`. */
export function poaiOf(provider: Sender): PoaiActions {
  return createPoai((method, params) => provider.send(method, [...params]))
}
