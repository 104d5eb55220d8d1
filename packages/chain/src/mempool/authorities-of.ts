import { type Address, bytesToHex, type Transaction } from '@poai/core'
import { recoverAuthority } from '@poai/execution'
import type { CostMeter } from '../pace/cost-meter.ts'
import { createPace } from '../pace/pace.ts'

/**
 * The accounts that a transaction may make delegate, each once (EIP-7702). To recover one is as expensive as a sender,
 * and there may be hundreds: others get their turn meanwhile.
 */
export async function authoritiesOf(
  { authorizationList }: Pick<Transaction, 'authorizationList'>,
  { chainId, meter }: { readonly chainId: bigint; readonly meter?: CostMeter },
): Promise<readonly Address[]> {
  const found = new Map<string, Address>()
  const pace = createPace()
  for (const authorization of authorizationList) {
    if (authorization.chainId !== 0n && authorization.chainId !== chainId) continue
    if (pace.isDue()) await pace.rest()
    const recover = (): Address | undefined => recoverAuthority(authorization)
    const authority = meter === undefined ? recover() : meter.run(recover)
    if (authority !== undefined) found.set(bytesToHex(authority), authority)
  }
  return [...found.values()]
}
