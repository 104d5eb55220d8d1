import { type Address, type Authorization, equalBytes, ZERO_ADDRESS } from '@poai/core'
import type { Machine } from '../evm/create-machine.ts'
import { NEW_ACCOUNT } from '../state/account.ts'
import type { WorldState } from '../state/world-state.ts'
import { delegateOf, delegationTo } from './delegation.ts'
import { AUTHORIZATION_GAS } from './intrinsic-gas.ts'
import { recoverAuthority } from './recover-authority.ts'

/** EIP-7702: what an authorization costs in the end if its account already exists. */
const AUTHORIZATION_BASE_GAS = 12_500n
const MAX_NONCE: bigint = (1n << 64n) - 1n
const NO_CODE: Uint8Array = new Uint8Array(0)

/** The result of applying a transaction's authorizations. */
export interface AppliedAuthorizations {
  /** Those who signed one for this chain: warm from then on, whether it takes effect or not. */
  readonly authorities: readonly Address[]
  readonly refund: bigint
}

/**
 * Applies a transaction's authorizations in their order, after its sender's nonce was raised. Those that are not valid
 * are skipped. What is done here stays, even if the transaction is undone afterwards.
 */
export async function applyAuthorizations(
  { world, evm, pause }: Machine,
  authorizations: readonly Authorization[],
): Promise<AppliedAuthorizations> {
  const chainId = evm.common.chainId()
  const authorities: Address[] = []
  let refund = 0n
  for (const authorization of authorizations) {
    const rest = pause?.()
    if (rest !== undefined) await rest
    if (authorization.chainId !== 0n && authorization.chainId !== chainId) continue
    if (authorization.nonce >= MAX_NONCE) continue
    const authority = recoverAuthority(authorization)
    if (authority === undefined) continue
    authorities.push(authority)
    if (!mayDelegate(world, { authority, nonce: authorization.nonce })) continue
    if (world.account(authority) !== undefined) refund += AUTHORIZATION_GAS - AUTHORIZATION_BASE_GAS
    delegate(world, { authority, to: authorization.address })
  }
  return { authorities, refund }
}

function mayDelegate(world: WorldState, { authority, nonce }: { authority: Address; nonce: bigint }): boolean {
  const code = world.code(authority)
  const isContract = code.length > 0 && delegateOf(code) === undefined
  return !isContract && (world.account(authority) ?? NEW_ACCOUNT).nonce === nonce
}

function delegate(world: WorldState, { authority, to }: { authority: Address; to: Address }): void {
  world.setCode(authority, equalBytes(to, ZERO_ADDRESS) ? NO_CODE : delegationTo(to))
  const account = world.account(authority) ?? NEW_ACCOUNT
  world.setAccount(authority, { ...account, nonce: account.nonce + 1n })
}
