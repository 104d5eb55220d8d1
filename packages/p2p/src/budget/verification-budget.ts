/** What became of a block that a peer brought. */
export type BudgetOutcome =
  /** It keeps every rule: a peer that brings such blocks is trusted with more. */
  | 'valid'
  /** Two replays said no. */
  | 'failed-replay'
  /** No replay was made, or it could not be finished: nothing is known. */
  | 'undecided'

/** Permission to have one block judged. */
export interface BudgetTicket {
  settle(outcome: BudgetOutcome): void
}

/** Bounds what strangers can make this node compute. */
export interface VerificationBudget {
  /**
   * Undefined if the peer or its address has used up what it is trusted with. May wait for a place in the strangers'
   * slice.
   */
  admit(peerId: string, address: string, signal?: AbortSignal): Promise<BudgetTicket | undefined>
  /** False if `admit` would refuse at once: then there is no point in reading what the peer sends. */
  isOpenTo(peerId: string, address: string): boolean
  /** True if it has brought a valid block recently. */
  isProven(peerId: string): boolean
  /** Charges a failed replay that no ticket was taken for. */
  charge(peerId: string, address: string): void
}
