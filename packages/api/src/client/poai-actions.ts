import type { JsonValue } from '@poai/core'
import { POAI_METHODS, type PoaiRpc } from './poai-rpc.ts'

type NameOf<Method> = Method extends `poai_${infer Name}` ? Name : never

/**
 * The chain's own methods as functions: `poai_getExam` is `getExam`. Heights and counts may be bigints, numbers or
 * hexadecimal.
 */
export type PoaiActions = {
  readonly [Method in keyof PoaiRpc as NameOf<Method>]: (
    ...params: PoaiRpc[Method]['params']
  ) => Promise<PoaiRpc[Method]['result']>
}

/** Carries one call to a node and answers with its result; rejects as it likes. */
export type SendCall = (method: keyof PoaiRpc, params: readonly JsonValue[]) => Promise<unknown>

/** A client of viem, or anything that asks as EIP-1193 says. */
export interface Requester {
  request(call: { readonly method: string; readonly params?: unknown }): Promise<unknown>
}

/** A provider of ethers that speaks JSON-RPC. */
export interface Sender {
  send(method: string, params: JsonValue[]): Promise<unknown>
}

const PREFIX = 'poai_'

/** The functions over any way to a node. */
export function createPoai(send: SendCall): PoaiActions {
  const actions = POAI_METHODS.map((method) => {
    const act = (...params: readonly Given[]): Promise<unknown> => send(method, params.map(toJson))
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

/** What a program may give: JSON, with its own numbers in it. */
type Given = JsonValue | bigint | undefined | { readonly [key: string]: Given }

/** What is left out is null, which the node takes for left out. */
function toJson(value: Given): JsonValue {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  if (value === undefined || typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return value.map(toJson)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)]))
}
