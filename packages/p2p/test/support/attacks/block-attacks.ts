import { concatBytes, genesisHash, headerCodec, transactionsRoot } from '@poai/core'
import { signTransaction, WALLETS } from '@poai/testing/chain'
import { encodeBlockMessage } from '../../../src/blocks/block-message.ts'
import { bodiesProtocol } from '../../../src/blocks/bodies-protocol.ts'
import { topicName } from '../../../src/topics/topic-name.ts'
import { forgeBlock, forgeChain } from '../forged-blocks.ts'
import type { Attack, AttackScene } from './attack.ts'
import { admitted, pause, seconds, standOut } from './attack-steps.ts'

/** Blocks by gossip that cost the attacker two hashes and the victim an inference, from one address. */
export const headerFlood: Attack = {
  name: 'headers with ground work claims',
  run: (scene) => floodWithHeaders(scene, 1),
}

/** The same, from as many addresses as an attacker would rent. */
export const spreadHeaderFlood: Attack = {
  name: 'the same from many addresses',
  run: (scene) => floodWithHeaders(scene, MANY_ADDRESSES),
}

/** Blocks by gossip whose parents nobody will ever send. */
export const orphanFlood: Attack = {
  name: 'orphans with ground work claims',
  run: async (scene) => {
    const topic = topicName(genesisHash(scene.params), 'blocks')
    const client = await scene.start()
    await client.greet()
    await client.joinTopic(topic)
    // The first one stays at home.
    const [, ...orphans] = forgeChain(scene.params, scene.head, Math.min(scene.tries, 1000))
    let published = 0
    for (const { block } of orphans) {
      if (!client.isConnected) break
      await client.publish(topic, encodeBlockMessage(block, scene.codecs))
      published++
    }
    await standOut(client, 500)
    return `${published} blocks, connection ${client.isConnected ? 'stands' : 'closed'}`
  },
}

/** Headers of large blocks, whose bodies are asked for in vain. */
export const announceWithoutServing: Attack = {
  name: 'announcing without serving',
  run: async (scene) => {
    const topic = topicName(genesisHash(scene.params), 'blocks')
    const client = await scene.start()
    // Takes the question, and never answers.
    await client.libp2p.handle(bodiesProtocol.name, () => undefined)
    await client.greet()
    await client.joinTopic(topic)
    const begin = performance.now()
    let announced = 0
    for (; announced < scene.tries && client.isConnected; announced++) {
      const [alice] = WALLETS
      if (alice === undefined) throw new RangeError('there is a wallet')
      // Large enough that only the header travels.
      const large = signTransaction(scene.params.chainId, alice, {
        nonce: 0n,
        to: alice.address,
        data: new Uint8Array(40_000),
      })
      const changes = { transactionsRoot: transactionsRoot([large]) }
      const { header } = forgeBlock(scene.params, scene.head, { salt: announced, changes }).block
      await client.publish(topic, concatBytes(Uint8Array.of(2), headerCodec.encode(header)))
      await pause(50)
      if (performance.now() - begin > 60_000) break
    }
    await standOut(client, 20_000)
    return `${announced} announced, connection ${client.isConnected ? 'stands' : `closed after ${seconds(begin)}`}`
  },
}

/** Of the loopback network: what an attacker would rent. */
const MANY_ADDRESSES = 64

/** New names as long as the victim lets one in, then another address. */
async function floodWithHeaders(scene: AttackScene, addresses: number): Promise<string> {
  const topic = topicName(genesisHash(scene.params), 'blocks')
  let published = 0
  let clients = 0
  let address = 0
  while (published < scene.tries && address < addresses) {
    const client = await admitted(scene, `127.0.1.${address + 1}`)
    if (client === undefined) {
      address++
      continue
    }
    clients++
    await client.joinTopic(topic)
    for (; published < scene.tries && client.isConnected; published++) {
      const { block } = forgeBlock(scene.params, scene.head, { salt: published })
      await client.publish(topic, encodeBlockMessage(block, scene.codecs))
      // What is in the line when the connection closes would never be read.
      if (published % 16 === 15) await pause(5)
    }
    await standOut(client, 2000)
    await client.close()
  }
  return `${published} blocks by ${clients} names from ${Math.min(address + 1, addresses)} addresses`
}
