import type { ChainView } from '../chain-view.ts'
import { RpcError } from '../errors/rpc-error.ts'
import type { LogTexts } from '../format/log-texts.ts'
import type { RpcDependencies } from '../rpc-dependencies.ts'
import type { RpcLimits } from '../rpc-limits.ts'

/** What methods are made with. */
export interface MethodContext extends RpcDependencies {
  readonly view: ChainView
  readonly limits: RpcLimits
  readonly logTexts: LogTexts
}

/** A part that this node may lack. Throws what a client can understand if it does. */
export function requirePart<T>(part: T | undefined, what: string): T {
  if (part === undefined) throw new RpcError('unsupported', `this node has no ${what}`)
  return part
}
