import { encodeRlp, genesisHash, type NetworkParams, uintToBytes } from '@poai/core'
import { bodiesProtocol } from '../../../src/blocks/bodies-protocol.ts'
import { headersProtocol } from '../../../src/blocks/headers-protocol.ts'
import { poolProtocol, transactionsProtocol } from '../../../src/transactions/pool-protocols.ts'
import type { Attack } from './attack.ts'
import { lengthPrefixed, pause, repeatUntilBanned, seconds, sendRaw, standOut, varint } from './attack-steps.ts'

const REQUEST_PROTOCOLS = [headersProtocol, bodiesProtocol, poolProtocol, transactionsProtocol]

/** Frames longer than their protocol takes, and lengths that no memory holds. */
export const oversizedFrames: Attack = {
  name: 'oversized frames',
  run: (scene) =>
    repeatUntilBanned(scene, async (client, round) => {
      const spec = REQUEST_PROTOCOLS[round % REQUEST_PROTOCOLS.length] ?? headersProtocol
      // Even rounds send what they promise, odd ones promise petabytes.
      const frame =
        round % 2 === 0 ? lengthPrefixed(new Uint8Array(spec.query.maxBytes + 1)) : varint(2 ** 52, Uint8Array.of(1))
      await sendRaw(client, spec.name, frame)
    }),
}

/** Streams on which a question begins and never ends. */
export const slowLoris: Attack = {
  name: 'slow-loris streams',
  run: async (scene) => {
    const client = await scene.start()
    await client.greet()
    let opened = 0
    const begin = performance.now()
    // As many as the victim lets stand on each protocol; each says that ten bytes come, and sends one.
    while (client.isConnected && performance.now() - begin < 45_000) {
      for (const { name } of REQUEST_PROTOCOLS) {
        for (let index = 0; index < 8; index++) {
          if (await sendRaw(client, name, Uint8Array.of(10, 0xc0))) opened++
        }
      }
      await pause(200)
    }
    return `${opened} streams hung, connection ${client.isConnected ? 'stands' : 'closed'} after ${seconds(begin)}`
  },
}

/** As many streams at once as the victim lets stand, and more. */
export const manyStreams: Attack = {
  name: 'thousands of streams',
  run: async (scene) => {
    const client = await scene.start()
    await client.greet()
    const stood = await Promise.all(
      Array.from({ length: scene.tries }, async (_, index) => {
        const { name } = REQUEST_PROTOCOLS[index % REQUEST_PROTOCOLS.length] ?? headersProtocol
        return sendRaw(client, name, new Uint8Array(0))
      }),
    )
    return `${stood.filter((isOpen) => isOpen).length} of ${scene.tries} streams opened`
  },
}

/** Numbers beyond their type, and counts beyond what is answered. */
export const wrappedRanges: Attack = {
  name: 'wrapped and huge ranges',
  run: (scene) =>
    repeatUntilBanned(scene, async (client, round) => {
      const query = WRAPPED_QUERIES[round % WRAPPED_QUERIES.length]
      if (query !== undefined) await sendRaw(client, query.protocol, lengthPrefixed(query.bytes(scene.params)))
    }),
}

/** Questions whose answers are large, as fast as they are answered. */
export const requestFlood: Attack = {
  name: 'expensive questions without end',
  run: async (scene) => {
    const client = await scene.start()
    await client.greet()
    const locator = [{ number: 0n, hash: genesisHash(scene.params) }]
    const frame = headersProtocol.query.encode({ locator, count: 512 })
    let answered = 0
    for (let sent = 0; sent < scene.tries && client.isConnected; sent += 8) {
      const answers = await Promise.allSettled(Array.from({ length: 8 }, () => client.ask(headersProtocol.name, frame)))
      answered += answers.filter((answer) => answer.status === 'fulfilled' && answer.value[0] === 0).length
    }
    // Once the victim hangs up, questions fail at once: all are asked before the connection has closed.
    await standOut(client, 20_000)
    return `${answered} answered, connection ${client.isConnected ? 'stands' : 'closed'}`
  },
}

const FIRST_HASH = new Uint8Array(32).fill(7)

/** Questions that no honest program encodes. RLP has no negative numbers: what wraps has too many bytes. */
const WRAPPED_QUERIES: readonly {
  readonly protocol: string
  bytes(params: NetworkParams): Uint8Array
}[] = [
  { protocol: headersProtocol.name, bytes: (params) => headersQuery(params, uintToBytes(2n ** 64n - 1n, 8)) },
  { protocol: headersProtocol.name, bytes: (params) => headersQuery(params, uintToBytes(513n, 2)) },
  { protocol: headersProtocol.name, bytes: (params) => headersQuery(params, new Uint8Array(0)) },
  { protocol: headersProtocol.name, bytes: (params) => headersQuery(params, Uint8Array.of(0, 1)) },
  { protocol: headersProtocol.name, bytes: (params) => headersQuery(params, uintToBytes(2n ** 64n, 9)) },
  { protocol: headersProtocol.name, bytes: () => encodeRlp([[], Uint8Array.of(1)]) },
  {
    protocol: headersProtocol.name,
    bytes: () => encodeRlp([[[uintToBytes(2n ** 64n, 9), FIRST_HASH]], Uint8Array.of(1)]),
  },
  { protocol: poolProtocol.name, bytes: () => encodeRlp([uintToBytes(2n ** 32n, 5)]) },
  { protocol: poolProtocol.name, bytes: () => encodeRlp([uintToBytes(2n ** 63n, 8)]) },
  { protocol: bodiesProtocol.name, bytes: () => encodeRlp([[FIRST_HASH.subarray(1)]]) },
  { protocol: bodiesProtocol.name, bytes: () => encodeRlp([Array.from({ length: 129 }, () => Uint8Array.of(1))]) },
  {
    protocol: transactionsProtocol.name,
    bytes: () => Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  },
]

function headersQuery(params: NetworkParams, count: Uint8Array): Uint8Array {
  return encodeRlp([[[new Uint8Array(0), genesisHash(params)]], count])
}
