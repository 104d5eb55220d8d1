import { type Address, bytesToHex, type Hex, toAddress } from '@poai/core'
import type { FrameEnd, FrameStart, MessageOutcome } from '@poai/execution'
import { ROLES } from '@poai/storage'

/** Accounts and creations of one transaction. */
export interface Touches {
  readonly accounts: ReadonlyMap<Hex, { readonly address: Address; readonly roles: number }>
  readonly creations: readonly { readonly address: Address; readonly creator: Address }[]
}

/**
 * Collects whom the calls of a transaction touch. It keeps no calls: what it holds is bounded by the gas that reaching
 * another account takes (2,500 at least).
 */
export class TouchCollector {
  readonly #accounts = new Map<Hex, { readonly address: Address; roles: number }>()
  readonly #creations: { readonly address: Address; readonly creator: Address }[] = []
  readonly #open: { readonly start: FrameStart; readonly creationsBefore: number }[] = []

  touch(bytes: Uint8Array, roles: number): void {
    const name = bytesToHex(bytes)
    const known = this.#accounts.get(name)
    if (known === undefined) this.#accounts.set(name, { address: toAddress(bytes.slice()), roles })
    else known.roles |= roles
  }

  readonly onEnter = (start: FrameStart): void => {
    this.touch(start.from, ROLES.caller)
    if (start.to !== undefined) this.touch(start.to, ROLES.called)
    this.#open.push({ start, creationsBefore: this.#creations.length })
  }

  readonly onExit = ({ failure, createdAddress }: FrameEnd): void => {
    const open = this.#open.pop()
    if (createdAddress !== undefined) this.touch(createdAddress, ROLES.called)
    if (open === undefined) return
    // With a frame, all that was created in it is undone.
    if (failure !== undefined) this.#creations.length = open.creationsBefore
    else if (createdAddress !== undefined) {
      this.#creations.push({ address: toAddress(createdAddress.slice()), creator: toAddress(open.start.from.slice()) })
    }
  }

  /** Once the transaction is over: contracts that destroyed themselves in it were never there. */
  finish({ destroyed }: Pick<MessageOutcome, 'destroyed'>): Touches {
    const gone = new Set(destroyed.map(bytesToHex))
    const creations = this.#creations.filter(({ address }) => !gone.has(bytesToHex(address)))
    for (const { address } of creations) this.touch(address, ROLES.created)
    return { accounts: this.#accounts, creations }
  }
}
