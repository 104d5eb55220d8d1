import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Host } from '../../src/host/host.ts'
import { createPreSharedKey, parsePreSharedKey } from '../../src/identity/pre-shared-key.ts'
import { startHost } from '../support/start-host.ts'

const hosts: Host[] = []

async function start(options: Parameters<typeof startHost>[0] = {}): Promise<Host> {
  const host = await startHost(options)
  hosts.push(host)
  return host
}

function dial(from: Host, to: Host): Promise<unknown> {
  return from.dial(to.addresses(), AbortSignal.timeout(10_000))
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()))
})

describe('a host', () => {
  it('delivers a gossip message through a chain of three, and only what is accepted goes on', async () => {
    const topic = '/poai/test/blocks'
    const [a, b, c] = [await start(), await start(), await start()]
    const got: string[] = []
    for (const [name, host] of Object.entries({ b, c })) {
      await host.stop()
      host.router.subscribe(topic, {
        maxBytes: 64,
        validate: async ({ data }) => {
          got.push(`${name}: ${Buffer.from(data).toString()}`)
          return data[0] === 0x2b ? 'accept' : 'ignore'
        },
      })
      await host.start()
    }
    await a.stop()
    a.router.subscribe(topic, { maxBytes: 64, validate: async () => 'accept' })
    await a.start()
    await dial(a, b)
    await dial(b, c)
    await vi.waitFor(() => {
      expect(b.router.meshPeers(topic)).toHaveLength(2)
    }, 10_000)
    await a.router.publish(topic, Buffer.from('-one'))
    await a.router.publish(topic, Buffer.from('+two'))
    await vi.waitFor(() => {
      expect(got.sort()).toEqual(['b: +two', 'b: -one', 'c: +two'])
    }, 10_000)
  })

  it('reaches nobody without the key of a private network', async () => {
    const preSharedKey = parsePreSharedKey(createPreSharedKey())
    const inside = await start({ preSharedKey })
    const alsoInside = await start({ preSharedKey })
    const outside = await start()
    const other = await start({ preSharedKey: parsePreSharedKey(createPreSharedKey()) })
    const strangers = await Promise.allSettled([dial(outside, inside), dial(other, inside)])
    expect(strangers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await dial(alsoInside, inside)
    await vi.waitFor(() => {
      expect(inside.remotes().map(({ id }) => id)).toEqual([alsoInside.peerId])
    }, 10_000)
  })
})
