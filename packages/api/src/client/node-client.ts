import type { JsonValue } from '@poai/core'
import type { NodeMethods } from './node-methods.ts'

/** Carries one call to a node and answers with its result; rejects as it likes. */
export type SendCall = (method: keyof NodeMethods, params: readonly JsonValue[]) => Promise<unknown>

/** A node whose methods are typed by their names. */
export interface NodeClient {
  /** Heights and counts may be bigints, numbers or hexadecimal; in answers they are as the node sent them. */
  call<Name extends keyof NodeMethods>(
    method: Name,
    ...params: NodeMethods[Name]['params']
  ): Promise<NodeMethods[Name]['result']>
}

/** A client over any way to a node. It believes what the node answers: see `checkAnswers` for one that looks. */
export function createNodeClient(send: SendCall): NodeClient {
  return {
    call: async (method, ...params) => {
      const result = await send(method, paramsToJson(params))
      // The types and the schemas by which nodes answer are made from one table.
      return result as NodeMethods[typeof method]['result']
    },
  }
}

/** What a program may give: JSON, with its own numbers in it. */
type Given = JsonValue | bigint | undefined | { readonly [key: string]: Given } | readonly Given[]

/** Arguments as JSON. What is left out is null, which the node takes for left out. */
export function paramsToJson(params: readonly Given[]): readonly JsonValue[] {
  return params.map(toJson)
}

function toJson(value: Given): JsonValue {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`
  if (value === undefined || typeof value !== 'object' || value === null) return value ?? null
  if (Array.isArray(value)) return value.map(toJson)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)]))
}
