import type { Attack } from './attack.ts'
import { announceWithoutServing, headerFlood, orphanFlood, spreadHeaderFlood } from './block-attacks.ts'
import { malformedGossip, statusFlood, sybil } from './peer-attacks.ts'
import { manyStreams, oversizedFrames, requestFlood, slowLoris, wrappedRanges } from './request-attacks.ts'
import { headerChain } from './sync-attacks.ts'
import { invalidTransactions, worthlessTransactions } from './transaction-attacks.ts'

/** In the order of docs/SECURITY-MODEL.md; each ends when the attacker is thrown out or has done all it wanted. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  oversizedFrames,
  slowLoris,
  manyStreams,
  wrappedRanges,
  requestFlood,
  headerFlood,
  spreadHeaderFlood,
  orphanFlood,
  headerChain,
  invalidTransactions,
  worthlessTransactions,
  announceWithoutServing,
  malformedGossip,
  statusFlood,
  sybil,
}
