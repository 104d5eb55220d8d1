import type { JsonValue } from '@poai/core'
import type { NodeMethods } from './node-methods.ts'

/** Carries one call to a node and resolves to its result; may reject with any error. */
export type SendCall = (method: keyof NodeMethods, params: readonly JsonValue[]) => Promise<unknown>

/** A node whose methods are typed by their names. */
export interface NodeClient {
  /** Heights and counts may be bigints, numbers or hexadecimal; in answers they are as the node sent them. */
  call<Name extends keyof NodeMethods>(
    method: Name,
    ...params: NodeMethods[Name]['params']
  ): Promise<NodeMethods[Name]['result']>
}

/** A client over anything that carries calls. It believes what the node answers; `checkAnswers` does not. */
export function createNodeClient(send: SendCall): NodeClient {
  return {
    call: async (method, ...params) => {
      const result = await send(method, paramsToJson(params))
      // The types, and the schemas of the node's answers, are made from one table.
      return result as NodeMethods[typeof method]['result']
    },
  }
}

/** What a program may pass: JSON that may hold bigints. */
type Given = JsonValue | bigint | undefined | { readonly [key: string]: Given } | readonly Given[]

/** Arguments as JSON. An argument that is left out becomes null, which means the same to the node. */
export function paramsToJson(params: readonly Given[]): readonly JsonValue[] {
  return params.map(toJson)
}

function toJson(value: Given): JsonValue {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  if (value === undefined || typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return value.map(toJson)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)]))
}
