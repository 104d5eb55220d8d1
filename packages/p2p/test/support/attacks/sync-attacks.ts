import { lpStream } from '@libp2p/utils'
import { concatBytes } from '@poai/core'
import { bodiesProtocol } from '../../../src/blocks/bodies-protocol.ts'
import { headersProtocol } from '../../../src/blocks/headers-protocol.ts'
import { forgeChain } from '../forged-blocks.ts'
import type { HostileClient } from '../hostile-client.ts'
import type { Attack, AttackScene } from './attack.ts'
import { pause } from './attack-steps.ts'

/** A chain of forged blocks, shown as heavier than all others. */
export const headerChain: Attack = {
  name: 'a chain of ground headers to catch up with',
  run: async (scene) => {
    let served = 0
    let clients = 0
    const forged = forgeChain(scene.params, scene.head, Math.min(scene.tries, 512))
    const end = performance.now() + 4000
    while (performance.now() < end) {
      const client = await serving(scene, forged, (count) => {
        served += count
      })
      if (client === undefined) break
      clients++
      while (client.isConnected && performance.now() < end) await pause(50)
      await client.close()
    }
    return `${served} headers taken from ${clients} names`
  },
}

/** Serves a chain that it claims is much better. Undefined if the victim does not let it in. */
async function serving(
  scene: AttackScene,
  forged: ReturnType<typeof forgeChain>,
  onServed: (count: number) => void,
): Promise<HostileClient | undefined> {
  const client = await scene.start()
  const blocks = new Map(forged.map(({ block, context }) => [context.number, block]))
  const tip = forged.at(-1)
  await client.libp2p.handle(headersProtocol.name, async (stream) => {
    const frames = lpStream(stream)
    const query = headersProtocol.query.decode(new Uint8Array((await frames.read()).subarray()))
    const known = query.locator.find(({ number }) => blocks.has(number + 1n))
    const from = known?.number ?? scene.head.number
    const headers = forged
      .filter(({ context }) => context.number > from)
      .slice(0, query.count)
      .map(({ block }) => block.header)
    onServed(headers.length)
    await frames.write(concatBytes(Uint8Array.of(0), headersProtocol.reply.encode({ headers })))
    await stream.close()
  })
  await client.libp2p.handle(bodiesProtocol.name, async (stream) => {
    const frames = lpStream(stream)
    const query = bodiesProtocol.query.decode(new Uint8Array((await frames.read()).subarray()))
    const bodies = query.hashes.map(() => scene.codecs.body.encode({ transactions: [] }))
    await frames.write(concatBytes(Uint8Array.of(0), bodiesProtocol.reply.encode({ bodies })))
    await stream.close()
  })
  try {
    const { number = 0n, hash = scene.head.hash, totalWork = 0n } = tip?.context ?? {}
    await client.greet({ headNumber: number, headHash: hash, totalWork })
    return client
  } catch {
    await client.close()
    return undefined
  }
}
