import type { ChainView } from '../chain-view.ts'
import type { LogTexts } from '../format/log-texts.ts'
import type { RpcDependencies } from '../rpc-dependencies.ts'
import type { RpcLimits } from '../rpc-limits.ts'

/** What methods are made with. */
export interface MethodContext extends RpcDependencies {
  readonly view: ChainView
  readonly limits: RpcLimits
  readonly logTexts: LogTexts
}
