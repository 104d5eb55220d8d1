import { type NodeMethods, paramsToJson } from '@poai/api/client'
import { defined } from '@poai/core'

/** The node answered with an error. */
export class NodeError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.name = 'NodeError'
    this.code = code
  }
}

/** The name of a method. */
export type MethodName = keyof NodeMethods
/** What a method is given. */
export type ParamsOf<Name extends MethodName> = NodeMethods[Name]['params']
/** What a method answers: the page comes from the node that it asks, so both are of one version. */
export type ResultOf<Name extends MethodName> = NodeMethods[Name]['result']

const NOT_A_CALL = -1
/** The node serves JSON-RPC where it serves its page. */
const NODE_URL = new URL('/', window.location.href)

let lastId = 0

/** Asks the node. */
export async function ask<Name extends MethodName>(
  method: Name,
  params: ParamsOf<Name>,
  signal?: AbortSignal,
): Promise<ResultOf<Name>> {
  const response = await post(callOf(method, params), signal)
  if (!response.ok) throw new NodeError(NOT_A_CALL, `the node answered ${response.status}`)
  const { result, error } = (await response.json()) as {
    readonly result: ResultOf<Name>
    readonly error?: { readonly code: number; readonly message: string }
  }
  if (error !== undefined) throw new NodeError(error.code, error.message)
  return result
}

/** Calls one method with several sets of arguments in one request; calls that fail are undefined. */
export async function askEach<Name extends MethodName>(
  method: Name,
  each: readonly ParamsOf<Name>[],
): Promise<readonly (ResultOf<Name> | undefined)[]> {
  if (each.length === 0) return []
  const calls = each.map((params) => callOf(method, params))
  const response = await post(calls)
  const answers = (await response.json()) as readonly { readonly id: number; readonly result?: ResultOf<Name> }[]
  const byId = new Map(answers.map(({ id, result }) => [id, result]))
  return calls.map(({ id }) => byId.get(id))
}

interface Call {
  readonly jsonrpc: '2.0'
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

function callOf<Name extends MethodName>(method: Name, params: ParamsOf<Name>): Call {
  return { jsonrpc: '2.0', id: ++lastId, method, params: paramsToJson(params) }
}

function post(body: Call | readonly Call[], signal?: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return fetch(NODE_URL, { method: 'POST', headers, body: JSON.stringify(body), ...defined({ signal }) })
}
