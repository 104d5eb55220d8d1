import { genesisHash } from '@poai/core'
import { topicName } from '../../../src/topics/topic-name.ts'
import type { HostileClient } from '../hostile-client.ts'
import type { Attack } from './attack.ts'
import { repeatUntilBanned, standOut } from './attack-steps.ts'

/** Bytes on a topic that decode to nothing. */
export const malformedGossip: Attack = {
  name: 'gossip that is no message',
  run: (scene) =>
    repeatUntilBanned(scene, async (client, round) => {
      const topic = topicName(genesisHash(scene.params), 'blocks')
      await client.joinTopic(topic)
      await client.publish(topic, Uint8Array.of(9, round))
    }),
}

/** News of a head, many times a second. */
export const statusFlood: Attack = {
  name: 'statuses without end',
  run: async (scene) => {
    const client = await scene.start()
    await client.greet()
    let sent = 0
    for (; sent < scene.tries && client.isConnected; sent++) {
      await client.tell({ headNumber: BigInt(sent) }).catch(() => undefined)
    }
    await standOut(client, 20_000)
    return `${sent} sent, connection ${client.isConnected ? 'stands' : 'closed'}`
  },
}

/** New names for one attacker, all from one address. */
export const sybil: Attack = {
  name: 'many names from one address',
  run: async (scene) => {
    const clients: HostileClient[] = []
    let admittedCount = 0
    for (let index = 0; index < Math.min(scene.tries, 64); index++) {
      const client = await scene.start('127.0.0.99')
      clients.push(client)
      try {
        await client.greet()
        admittedCount++
      } catch {
        // Turned away, which is what should happen; one is told why before it is closed.
        await standOut(client, 5000)
      }
    }
    const standing = clients.filter(({ isConnected }) => isConnected).length
    await Promise.all(clients.map((client) => client.close()))
    return `${clients.length} names tried, ${admittedCount} admitted, ${standing} stood at the end`
  },
}
