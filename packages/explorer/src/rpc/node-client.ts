/** The node said no. */
export class NodeError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.name = 'NodeError'
    this.code = code
  }
}

const NOT_A_CALL = -1
/** The node's JSON-RPC is where its page is. */
const NODE_URL = new URL('/', window.location.href)

let lastId = 0

/** Asks the node. */
export async function ask<T>(method: string, params: readonly unknown[] = [], signal?: AbortSignal): Promise<T> {
  const response = await fetch(NODE_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: ++lastId, method, params }),
    ...(signal === undefined ? {} : { signal }),
  })
  if (!response.ok) throw new NodeError(NOT_A_CALL, `the node answered ${response.status}`)
  const { result, error } = (await response.json()) as {
    readonly result?: T
    readonly error?: { readonly code: number; readonly message: string }
  }
  if (error !== undefined) throw new NodeError(error.code, error.message)
  return result as T
}

/** Asks several things in one request; what fails is undefined. */
export async function askAll<T>(
  calls: readonly (readonly [string, readonly unknown[]])[],
): Promise<readonly (T | undefined)[]> {
  if (calls.length === 0) return []
  const first = lastId + 1
  lastId += calls.length
  const body = calls.map(([method, params], index) => ({ jsonrpc: '2.0', id: first + index, method, params }))
  const response = await fetch(NODE_URL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answers = (await response.json()) as readonly { readonly id: number; readonly result?: T }[]
  const byId = new Map(answers.map(({ id, result }) => [id, result]))
  return calls.map((_, index) => byId.get(first + index))
}
