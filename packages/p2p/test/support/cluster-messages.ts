import type { NetworkFigures } from '../../src/network.ts'

/** What a parent asks of a node in a process of its own. */
export type ClusterCommand =
  | { readonly kind: 'connect'; readonly address: string }
  /** Each replay takes so long from now on. */
  | { readonly kind: 'replay'; readonly ms: number }
  /** Imports of blocks above this one never end from now on. */
  | { readonly kind: 'hang'; readonly above: number }
  /** A block in base64. */
  | { readonly kind: 'import'; readonly block: string }
  /** Transactions in base64. */
  | { readonly kind: 'add'; readonly transactions: readonly string[] }
  | { readonly kind: 'mine' }
  | { readonly kind: 'look' }
  /** CPU seconds. */
  | { readonly kind: 'usage' }
  /** The longest that the main thread was held since the last such question. */
  | { readonly kind: 'pauses' }
  /** Imports the blocks of a file, RLP of their encodings, without replay. */
  | { readonly kind: 'load'; readonly file: string }
  | { readonly kind: 'misbehave'; readonly as: Misbehaviour }
  /** What memory and handles there are, after a collection of garbage. */
  | { readonly kind: 'leaks' }
  | { readonly kind: 'stop' }

/** How a node answers when it is asked for bodies: not at all, or with those of other blocks. */
export type Misbehaviour = 'stall' | 'garbage'

/** What the node tells. */
export type ClusterEvent =
  | { readonly kind: 'ready'; readonly peerId: string; readonly addresses: readonly string[] }
  | { readonly kind: 'head'; readonly hash: string; readonly atMs: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string }

/** The answer to `look`. */
export interface ClusterLook {
  readonly head: number
  readonly headHash: string
  readonly peers: readonly string[]
  /** Transactions of the canonical chain. */
  readonly mined: number
  readonly pool: { readonly size: number; readonly digest: string }
  readonly figures: NetworkFigures
  /** Headers that were replayed since the start. */
  readonly replays: number
  /** Passes of the model. */
  readonly evaluations: number
  readonly rssBytes: number
}

/** The answer to `leaks`. */
export interface ClusterLeaks {
  readonly heapBytes: number
  readonly externalBytes: number
  readonly rssBytes: number
  /** What keeps the process alive, by kind. */
  readonly resources: Readonly<Record<string, number>>
}
