import type { GossipRouter, GossipVerdict, Subscription } from '../../src/gossip/gossip-router.ts'

/** A gossip router without neighbours: messages come from the test, and what is published stays here. */
export class LoneRouter implements Pick<GossipRouter, 'subscribe' | 'publish'> {
  readonly published: Uint8Array[] = []
  readonly #subscriptions = new Map<string, Subscription>()

  subscribe(topic: string, subscription: Subscription): void {
    this.#subscriptions.set(topic, subscription)
  }

  async publish(_topic: string, data: Uint8Array): Promise<number> {
    this.published.push(data)
    return 0
  }

  /** What becomes of a message on the topic whose name ends so. */
  async receive(name: string, data: Uint8Array, from: string): Promise<GossipVerdict> {
    const [topic] = [...this.#subscriptions].filter(([whole]) => whole.endsWith(`/${name}`))
    if (topic === undefined) throw new RangeError(`nobody subscribed to ${name}`)
    return topic[1].validate({ data, from })
  }
}
