import { createBlockCodecs, createTransactionCodec, defined } from '@poai/core'
import type { ChainGenerator, GeneratedBlock } from '@poai/testing/chain'
import type { Attack } from './attacks/attack.ts'
import { type ClusterNode, percentile, startClusterNode, until } from './cluster.ts'
import { clusterNetwork } from './cluster-network.ts'
import { type HostileClient, startHostileClient } from './hostile-client.ts'

const params = clusterNetwork()
const codecs = createBlockCodecs(createTransactionCodec(params.chainId))

/** What a victim went through. */
export interface SiegeReport {
  readonly said: string
  readonly offences: string
  /** Passes of the model for blocks that were no use. */
  readonly evaluations: number
  readonly cpuSeconds: number
  readonly rssGrowthBytes: number
  readonly attackSeconds: number
  /** Milliseconds from the honest neighbour's head to the victim's. */
  readonly before: readonly number[]
  /**
   * While the same attack goes on against another node of this machine: what it costs the machine, and not the victim.
   */
  readonly control: readonly number[]
  readonly during: readonly number[]
}

/** How a victim is besieged. */
export interface SiegeOptions {
  readonly attack: Attack
  readonly tries: number
  readonly generator: ChainGenerator
  readonly honest: ClusterNode
  /** The honest node's head. */
  readonly tip: GeneratedBlock
  /** Honest blocks before the attack, and at least so many while it lasts. */
  readonly blocks: number
  readonly pauseMs: number
  /** Attacked in the victim's place, in turns with it: what the machine does by the hour falls on both. */
  readonly decoy?: ClusterNode
  /** Turns; 1 unless given. */
  readonly rounds?: number
}

/**
 * Starts a victim in a process of its own, lets an attacker at it, and measures how soon it hears of an honest
 * neighbour's blocks.
 */
export async function besiege(options: SiegeOptions): Promise<SiegeReport & { readonly tip: GeneratedBlock }> {
  const { attack, generator, honest, blocks, pauseMs, rounds = 1 } = options
  const tries = Math.ceil(options.tries / rounds)
  const victim = await startClusterNode()
  const clients: HostileClient[] = []
  let { tip } = options
  const grow = async (): Promise<number> => {
    tip = await generator.child(tip)
    const hash = (await honest.ask({
      kind: 'import',
      block: Buffer.from(codecs.block.encode(tip.block)).toString('base64'),
    })) as string
    await until('the victim has the block', 60_000, async () => victim.heads.has(hash) && honest.heads.has(hash))
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    return (victim.heads.get(hash) ?? Number.NaN) - (honest.heads.get(hash) ?? Number.NaN)
  }
  try {
    await victim.ask({ kind: 'connect', address: honest.address })
    if (options.decoy !== undefined) await options.decoy.ask({ kind: 'connect', address: honest.address })
    await until('the victim is current', 60_000, async () => (await victim.look()).head === Number(tip.context.number))
    // The mesh of gossip grows within a heartbeat or two.
    for (let count = 0; count < 3; count++) await grow()
    const before: number[] = []
    for (let count = 0; count < blocks; count++) before.push(await grow())
    const assault = (target: ClusterNode): Promise<string> => {
      const start = async (from?: string): Promise<HostileClient> => {
        const client = await startHostileClient({ params, victim: target.address, ...defined({ from }) })
        clients.push(client)
        return client
      }
      return attack.run({ params, codecs, head: tip.context, start, tries })
    }
    const growWhile = async (attacking: Promise<string>): Promise<readonly number[]> => {
      let isOver = false
      const over = attacking.finally(() => {
        isOver = true
      })
      const times: number[] = []
      while (!isOver || times.length < blocks / rounds) times.push(await grow())
      await over
      return times
    }
    const [look, cpu] = [await victim.look(), (await victim.ask({ kind: 'usage' })) as number]
    const control: number[] = []
    const during: number[] = []
    const said: string[] = []
    let attackSeconds = 0
    for (let round = 0; round < rounds; round++) {
      if (options.decoy !== undefined) control.push(...(await growWhile(assault(options.decoy))))
      const begin = performance.now()
      const attacking = assault(victim)
      during.push(...(await growWhile(attacking)))
      said.push(await attacking)
      attackSeconds += (performance.now() - begin) / 1000
    }
    const after = await victim.look()
    const { offences } = after.figures.peers
    return {
      ...{ said: said.join('; '), before, control, during, attackSeconds, tip },
      offences: Object.entries(offences)
        .map(([offence, count]) => `${count} ${offence}`)
        .join(', '),
      evaluations: after.evaluations - look.evaluations - during.length - control.length,
      cpuSeconds: ((await victim.ask({ kind: 'usage' })) as number) - cpu,
      rssGrowthBytes: after.rssBytes - look.rssBytes,
    }
  } finally {
    await Promise.all(clients.map((client) => client.close().catch(() => undefined)))
    await victim.stop()
  }
}

/** The middle of the values and the largest, in milliseconds. */
export function latency(values: readonly number[]): string {
  return `${percentile(values, 0.5).toFixed(1)} (${Math.max(...values).toFixed(0)})`
}
