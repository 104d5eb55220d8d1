import { RpcError } from './rpc-error.ts'

/** A part that this node may lack. If it does, this throws an error that a client can understand. */
export function requirePart<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new RpcError('unsupported', `this node has no ${what}`)
  return part
}
