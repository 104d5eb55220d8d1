/**
 * What a node does, in the order in which it gets there.
 *
 * - `opening`: the database is being opened.
 * - `loading`: the model is being loaded.
 * - `self-test`: the network's recorded exams are being computed.
 * - `joining`: peers are being looked for.
 * - `no-peers`: it takes part in the network, but nobody is connected.
 * - `syncing`: it catches up.
 * - `mining`, `following`: it is up to date.
 * - `abstaining`: it can't compute the network's bits, and neither mines nor judges.
 * - `stopping`, `stopped`.
 */
export const NODE_STATES = [
  'opening',
  'loading',
  'self-test',
  'joining',
  'no-peers',
  'syncing',
  'mining',
  'following',
  'abstaining',
  'stopping',
  'stopped',
] as const

/** One of {@link NODE_STATES}. */
export type NodeStateName = (typeof NODE_STATES)[number]

/** What a node does, with a detail for people. */
export interface NodeState {
  readonly name: NodeStateName
  readonly detail?: string
}
