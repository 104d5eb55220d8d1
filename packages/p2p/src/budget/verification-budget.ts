/** What became of a block that a peer brought. */
export type BudgetOutcome =
  /** It keeps every rule: whoever brings such blocks is trusted with more. */
  | 'valid'
  /** Two replays said no. */
  | 'failed-replay'
  /** No replay was made, or it could not be finished: nothing is known. */
  | 'undecided'

/** Leave to have one block judged. */
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
  /** False if `admit` would refuse at once: then what the peer sends is not worth being read. */
  isOpenTo(peerId: string, address: string): boolean
  /** True if it brought valid blocks lately. */
  isProven(peerId: string): boolean
  /** Charges a failed replay that no ticket was taken for. */
  charge(peerId: string, address: string): void
}
