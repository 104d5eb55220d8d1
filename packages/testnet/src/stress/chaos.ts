import { setTimeout as delay } from 'node:timers/promises'
import { ask, RpcClientError } from '@poai/api/connect'
import type { Testnet, TestnetListener } from '../nodes/testnet.ts'
import type { TestnetNode } from '../nodes/testnet-node.ts'
import type { SeededRandom } from './seeded-random.ts'

/** How often the network was disturbed. */
export interface ChaosFigures {
  readonly kills: number
  readonly partitions: number
}

export interface ChaosOptions {
  readonly random: SeededRandom
  readonly spacingSeconds: number
  readonly onEvent: TestnetListener
}

/** Quiet time between two disturbances, in block spacings: at least this, and less than twice as much. */
const QUIET_SPACINGS = 4
/** How long a node stays down or a network apart, in block spacings at most: long enough for branches to grow. */
const TROUBLE_SPACINGS = 6
/** One in so many disturbances is a partition. */
const PARTITION_OF = 3
/** Bans outlive the partition by this; if the supervisor is killed meanwhile, they still end. */
const BAN_MARGIN_MS = 60_000

/** Kills and restarts nodes, and cuts the network in two and joins it again, as a seed decides. */
export class Chaos {
  readonly #options: ChaosOptions
  readonly #testnet: Testnet
  #kills = 0
  #partitions = 0

  constructor(options: ChaosOptions, testnet: Testnet) {
    this.#options = options
    this.#testnet = testnet
  }

  get figures(): ChaosFigures {
    return { kills: this.#kills, partitions: this.#partitions }
  }

  /** Runs until `calm` is aborted, and resolves when everything is restored. `signal` ends it without that. */
  async run({ calm, signal }: { readonly calm: AbortSignal; readonly signal: AbortSignal }): Promise<void> {
    const { random, spacingSeconds } = this.#options
    const isOver = (): boolean => calm.aborted || signal.aborted
    const wait = (spacings: number): Promise<void> =>
      delay(spacings * spacingSeconds * 1000, undefined, { signal: AbortSignal.any([calm, signal]) }).catch(
        () => undefined,
      )
    for (;;) {
      await wait(QUIET_SPACINGS + random.below(QUIET_SPACINGS))
      if (isOver()) return
      const trouble = (): Promise<void> => wait(1 + random.below(TROUBLE_SPACINGS))
      const canPart = this.#testnet.nodes.length > 1
      if (canPart && random.below(PARTITION_OF) === 0) await this.#part(trouble, signal)
      else await this.#kill(trouble, signal)
    }
  }

  async #kill(trouble: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const node = this.#options.random.pick(this.#testnet.nodes)
    this.#options.onEvent(`chaos: ${node.name} is killed`)
    await node.kill()
    this.#kills++
    await trouble()
    if (signal.aborted) return
    await this.#testnet.restart(node, signal)
    this.#options.onEvent(`chaos: ${node.name} is back`)
  }

  async #part(trouble: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { random, onEvent, spacingSeconds } = this.#options
    const nodes = this.#testnet.nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    const size = 1 + random.below(nodes.length - 1)
    const left: TestnetNode[] = []
    const rest = [...nodes]
    while (left.length < size) {
      const node = random.pick(rest)
      rest.splice(rest.indexOf(node), 1)
      left.push(node)
    }
    const pairs = left.flatMap((a) => rest.map((b) => [a, b] as const))
    const forMs = TROUBLE_SPACINGS * spacingSeconds * 1000 + BAN_MARGIN_MS
    onEvent(`chaos: ${left.map(({ name }) => name).join(', ')} cut off from ${rest.map(({ name }) => name).join(', ')}`)
    await Promise.all(pairs.flatMap(([a, b]) => [ban(a, b, forMs, signal), ban(b, a, forMs, signal)]))
    this.#partitions++
    await trouble()
    if (signal.aborted) return
    await Promise.all(pairs.flatMap(([a, b]) => [unban(a, b, signal), unban(b, a, signal)]))
    await Promise.all(pairs.map(([a, b]) => forgiving(this.#testnet.link(a, b, signal))))
    onEvent('chaos: the halves are joined again')
  }
}

async function ban(node: TestnetNode, other: TestnetNode, forMs: number, signal: AbortSignal): Promise<void> {
  const peerId = other.view.status?.peerId
  if (peerId) await forgiving(ask(node.process, 'admin_ban', [peerId, forMs], { signal }))
}

async function unban(node: TestnetNode, other: TestnetNode, signal: AbortSignal): Promise<void> {
  const peerId = other.view.status?.peerId
  if (peerId) await forgiving(ask(node.process, 'admin_unban', [peerId], { signal }))
}

/** A node may be busy: chaos is not the test, its consequences are. */
async function forgiving(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof RpcClientError)) throw error
  }
}
