import type { Method } from '@poai/api'
import type { NodeStatusJson } from '@poai/api/client'
import type { JsonValue } from '@poai/core'
import type { ServedProtocol, TopicDeclaration } from '@poai/p2p'
import type { Services } from '../lifecycle/service-stack.ts'
import type { Metric } from '../metrics/metric.ts'
import type { NodeStateName } from '../status/node-state.ts'

/** What a feature shows of itself. It is known before anything has started, and can be asked at any time. */
export interface Offer {
  /** JSON-RPC methods. Before their wing has started they answer that it is not up yet. */
  readonly methods?: readonly Method[]
  readonly metrics?: readonly Metric[]
  /**
   * Topics of the network that it takes part in: `network.topic` of the network wing gives each to whoever publishes.
   */
  readonly topics?: readonly TopicDeclaration<unknown>[]
  /** Protocols by which other nodes ask this one. */
  readonly protocols?: readonly ServedProtocol<unknown, unknown>[]
  /** Its fields of the answer of `poai_nodeStatus`. */
  status?(): Readonly<Record<string, JsonValue>>
}

/** What all wings of a node show. */
export interface WholeOffer extends Required<Offer> {
  status(): NodeStatusJson
}

/**
 * One feature of a node: a file of this folder and a line in the list of `node.ts`. Making a wing starts nothing. All
 * are made before the first one starts, so that a wing can hand out what others offer; they start in the order of the
 * list.
 */
export interface Wing extends Offer {
  /** What the node says that it is doing while this wing starts. Default: what it said before. */
  readonly stage?: NodeStateName
  /** Starts the services of the feature, one after the other. */
  start?(services: Services, whole: WholeOffer): Promise<void>
  /** The node is told to stop while it starts: cuts short what takes long in `start`. */
  giveUp?(): Promise<void>
}

/** A wing that brings these fields of `poai_nodeStatus`. */
export type Telling<Field extends keyof NodeStatusJson> = Wing & { status(): Pick<NodeStatusJson, Field> }

type StatusOf<Wings extends readonly Wing[]> = Wings extends readonly [infer First, ...infer Rest extends Wing[]]
  ? (First extends { status(): infer Fields } ? Fields : unknown) & StatusOf<Rest>
  : unknown

/** The list as it is. It does not compile where its wings leave out a field of `poai_nodeStatus`. */
export function tellingAll<const Wings extends readonly Wing[]>(
  ...wings: Wings & (StatusOf<Wings> extends NodeStatusJson ? unknown : 'a field of the status is missing')
): readonly Wing[] {
  return wings
}

/** All that wings offer, as one. */
export function wholeOffer(wings: readonly Wing[]): WholeOffer {
  return {
    methods: wings.flatMap(({ methods = [] }) => methods),
    metrics: wings.flatMap(({ metrics = [] }) => metrics),
    topics: wings.flatMap(({ topics = [] }) => topics),
    protocols: wings.flatMap(({ protocols = [] }) => protocols),
    status: () => Object.assign({}, ...wings.map((wing) => wing.status?.())),
  }
}
