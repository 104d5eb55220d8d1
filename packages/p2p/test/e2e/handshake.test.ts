import { lpStream } from '@libp2p/utils'
import { genesisHash, hash32, silentLogger } from '@poai/core'
import { testNetwork } from '@poai/testing/chain'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createHandshake, type Handshake, STATUS_PROTOCOL } from '../../src/handshake/handshake.ts'
import { encodeStatusFrame, type GoodbyeReason, MAX_STATUS_FRAME_BYTES } from '../../src/handshake/status-message.ts'
import { MAX_STATUSES } from '../../src/handshake/status-rate.ts'
import type { Host } from '../../src/host/host.ts'
import type { Remote } from '../../src/host/stream-host.ts'
import type { Offence } from '../../src/peers/offences.ts'
import { A_STATUS } from '../support/fake-handshake.ts'
import { startHost } from '../support/start-host.ts'
import { systemClock } from '../support/start-node.ts'

const WAIT = { timeout: 30_000, interval: 20 }
const NETWORK = genesisHash(testNetwork)
const hosts: Host[] = []

/** One end of a handshake, and what it holds against the other. */
interface Side {
  readonly host: Host
  readonly handshake: Handshake
  readonly offences: Offence[]
  readonly greeted: string[]
  /** Who turned this side away because their rules differ. */
  readonly refusals: string[]
}

async function startSide(
  options: { readonly network?: typeof NETWORK; readonly refusal?: GoodbyeReason; readonly admitsForks?: boolean } = {},
): Promise<Side> {
  const host = await startHost()
  hosts.push(host)
  const offences: Offence[] = []
  const greeted: string[] = []
  const refusals: string[] = []
  const handshake = createHandshake(
    { genesisHash: options.network ?? NETWORK },
    {
      streams: host.streams,
      ownStatus: () => A_STATUS,
      refusal: () => options.refusal,
      forks: { admits: () => options.admitsForks ?? true, noteRefusal: (peerId) => refusals.push(peerId) },
      report: (_, offence) => offences.push(offence),
      clock: systemClock,
      logger: silentLogger,
    },
  )
  handshake.onGreeted(({ remote }) => greeted.push(remote.id))
  await handshake.listen()
  return { host, handshake, offences, greeted, refusals }
}

function connect(from: Side, to: Side): Promise<Remote> {
  return from.host.dial(to.host.addresses(), AbortSignal.timeout(20_000))
}

async function send(from: Side, to: Side, bytes: Uint8Array): Promise<void> {
  const signal = AbortSignal.timeout(20_000)
  const stream = await from.host.streams.open(to.host.peerId, STATUS_PROTOCOL, { signal })
  await lpStream(stream).write(bytes, { signal })
}

afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()))
})

describe('a handshake', () => {
  it('gives each side the status of the other', async () => {
    const [a, b] = [await startSide(), await startSide()]
    expect(await a.handshake.greet(await connect(a, b))).toEqual(A_STATUS)
    await vi.waitFor(() => expect(b.greeted).toEqual([a.host.peerId]), WAIT)
  })

  it.each(['too-many-peers', 'banned', 'low-score', 'same-address'] as const)(
    'ends with a reason if the other side has one: %s',
    async (refusal) => {
      const [a, b] = [await startSide(), await startSide({ refusal })]
      const remote = await connect(a, b)
      await expect(a.handshake.greet(remote)).rejects.toMatchObject({ code: 'P2P_GOODBYE', actual: refusal })
      expect(b.greeted).toEqual([])
    },
  )

  it('says so if the networks differ', async () => {
    const [a, b] = [await startSide(), await startSide({ network: hash32(Uint8Array.of(1)) })]
    const remote = await connect(a, b)
    await expect(a.handshake.greet(remote)).rejects.toMatchObject({ code: 'P2P_GOODBYE', actual: 'other-network' })
  })

  it('says so if the rules differ, whichever side notices', async () => {
    const [a, b] = [await startSide(), await startSide({ admitsForks: false })]
    const goodbye = { code: 'P2P_GOODBYE', actual: 'other-rules' }
    await expect(a.handshake.greet(await connect(a, b))).rejects.toMatchObject(goodbye)
    expect(a.refusals).toEqual([b.host.peerId])
    await expect(b.handshake.greet(await connect(b, a))).rejects.toMatchObject(goodbye)
    expect(b.refusals).toEqual([])
  })

  it('costs points if it is malformed, too large, or comes too often', async () => {
    const [a, b] = [await startSide(), await startSide()]
    const remote = await connect(a, b)
    await send(a, b, Uint8Array.of(1, 0xc0))
    await vi.waitFor(() => expect(b.offences).toEqual(['malformed-message']), WAIT)
    await send(a, b, new Uint8Array(MAX_STATUS_FRAME_BYTES + 1))
    await vi.waitFor(() => expect(b.offences).toEqual(['malformed-message', 'oversized-message']), WAIT)
    for (let count = 2; count < MAX_STATUSES; count++) await a.handshake.greet(remote)
    expect(b.offences).toHaveLength(2)
    await expect(a.handshake.greet(remote)).rejects.toThrow()
    await vi.waitFor(() => expect(b.offences).toContain('rate-limit'), WAIT)
  })

  it('tells of a farewell', async () => {
    const [a, b] = [await startSide(), await startSide()]
    await connect(a, b)
    const farewells: GoodbyeReason[] = []
    b.handshake.onFarewell(({ reason }) => farewells.push(reason))
    await a.handshake.sayGoodbye(b.host.peerId, 'shutting-down')
    await vi.waitFor(() => expect(farewells).toEqual(['shutting-down']), WAIT)
    await send(a, b, encodeStatusFrame({ kind: 'goodbye', reason: 'unknown' }))
    await vi.waitFor(() => expect(farewells).toEqual(['shutting-down', 'unknown']), WAIT)
  })
})
