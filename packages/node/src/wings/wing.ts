import type { Method } from '@poai/api'
import type { NodeStatusJson } from '@poai/api/client'
import type { JsonValue } from '@poai/core'
import type { ServedProtocol, TopicDeclaration } from '@poai/p2p'
import type { Services } from '../lifecycle/service-stack.ts'
import type { Metric } from '../metrics/metric.ts'
import type { NodeStateName } from '../status/node-state.ts'

/** What a feature shows to the outside. It is known before anything has started, and can be asked at any time. */
export interface Offer {
  /** JSON-RPC methods. Until their wing has started they answer that it is not up yet. */
  readonly methods?: readonly Method[]
  readonly metrics?: readonly Metric[]
  /**
   * Topics of the network that it takes part in: `network.topic` of the network wing gives each to whoever publishes.
   */
  readonly topics?: readonly TopicDeclaration<unknown>[]
  /** Protocols by which other nodes ask this one. */
  readonly protocols?: readonly ServedProtocol<unknown, unknown>[]
  /** The fields that it adds to the answer of `poai_nodeStatus`. */
  status?(): Readonly<Record<string, JsonValue>>
}

/** What all wings of a node show together. */
export interface WholeOffer extends Required<Offer> {
  status(): NodeStatusJson
}

/**
 * One feature of a node: a file in this folder and a line in the list of `node.ts`. Making a wing starts nothing. All
 * wings are made before the first one starts, so that JSON-RPC and metrics know what every wing offers. They start in
 * the order of the list.
 */
export interface Wing extends Offer {
  /** What the node says it is doing while this wing starts. Default: the same as before. */
  readonly stage?: NodeStateName
  /** Starts the services of the feature, one after the other. They are stopped in reverse. */
  start?(services: Services, whole: WholeOffer): Promise<void>
  /** Called if the node is told to stop while it starts: cuts short whatever takes long in `start`. */
  giveUp?(): Promise<void>
}

/** A wing that adds these fields to `poai_nodeStatus`. */
export type Telling<Field extends keyof NodeStatusJson> = Wing & { status(): Pick<NodeStatusJson, Field> }

type StatusOf<Wings extends readonly Wing[]> = Wings extends readonly [infer First, ...infer Rest extends Wing[]]
  ? (First extends { status(): infer Fields } ? Fields : unknown) & StatusOf<Rest>
  : unknown

/** Returns the wings as they are. The call does not compile if they leave out a field of `poai_nodeStatus`. */
export function tellingAll<const Wings extends readonly Wing[]>(
  ...wings: Wings & (StatusOf<Wings> extends NodeStatusJson ? unknown : 'a field of the status is missing')
): readonly Wing[] {
  return wings
}

/** Joins what all wings offer. */
export function wholeOffer(wings: readonly Wing[]): WholeOffer {
  return {
    methods: wings.flatMap(({ methods = [] }) => methods),
    metrics: wings.flatMap(({ metrics = [] }) => metrics),
    topics: wings.flatMap(({ topics = [] }) => topics),
    protocols: wings.flatMap(({ protocols = [] }) => protocols),
    status: () => Object.assign({}, ...wings.map((wing) => wing.status?.())),
  }
}
