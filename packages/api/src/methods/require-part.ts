import { RpcError } from './rpc-error.ts'

/** A part that this node may lack. Throws what a client can understand if it does. */
export function requirePart<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new RpcError('unsupported', `this node has no ${what}`)
  return part
}
