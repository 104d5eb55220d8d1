import { lpStream } from '@libp2p/utils'
import type { ChainContext } from '@poai/consensus'
import {
  type BlockCodecs,
  concatBytes,
  createTransactionCodec,
  decodeRlp,
  encodeRlp,
  genesisHash,
  headerCodec,
  type NetworkParams,
  type RlpItem,
  transactionsRoot,
  uintToBytes,
} from '@poai/core'
import { signTransaction, testWallet, WALLETS } from '@poai/testing/chain'
import { encodeBlockMessage } from '../../src/gossip/block-message.ts'
import { topicsOf } from '../../src/gossip/topics.ts'
import { transactionBatchCodec } from '../../src/gossip/transaction-batch.ts'
import { bodiesProtocol } from '../../src/requests/protocols/bodies-protocol.ts'
import { headersProtocol } from '../../src/requests/protocols/headers-protocol.ts'
import { poolProtocol, transactionsProtocol } from '../../src/requests/protocols/transactions-protocol.ts'
import { forgeBlock, forgeChain } from './forged-blocks.ts'
import type { HostileClient } from './hostile-client.ts'

/** What an attacker has to work with. */
export interface AttackScene {
  readonly params: NetworkParams
  readonly codecs: BlockCodecs
  /** The victim's head when the attack begins. */
  readonly head: ChainContext
  /** A client of another name each time; another address if one is named. */
  start(from?: string): Promise<HostileClient>
  /** How often a thing is tried. */
  readonly tries: number
}

/** Something that a hostile peer does. Resolves with what it got done, in words. */
export interface Attack {
  readonly name: string
  run(scene: AttackScene): Promise<string>
}

const REQUEST_PROTOCOLS = [headersProtocol, bodiesProtocol, poolProtocol, transactionsProtocol]

/** In the order of docs/SECURITY-MODEL.md; each ends when the attacker is thrown out or has done all it wanted. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  oversizedFrames: {
    name: 'oversized frames',
    run: (scene) =>
      repeatUntilBanned(scene, async (client, round) => {
        const spec = REQUEST_PROTOCOLS[round % REQUEST_PROTOCOLS.length] ?? headersProtocol
        // Even rounds send what they promise, odd ones promise petabytes.
        const frame =
          round % 2 === 0 ? lengthPrefixed(new Uint8Array(spec.query.maxBytes + 1)) : varint(2 ** 52, Uint8Array.of(1))
        await sendRaw(client, spec.name, frame)
      }),
  },
  slowLoris: {
    name: 'slow-loris streams',
    run: async (scene) => {
      const client = await scene.start()
      await client.greet()
      let opened = 0
      const begin = performance.now()
      // As many as the victim lets stand on each protocol; each says that ten bytes come, and sends one.
      while (client.isConnected && performance.now() - begin < 15_000) {
        for (const { name } of REQUEST_PROTOCOLS) {
          for (let index = 0; index < 8; index++) {
            if (await sendRaw(client, name, Uint8Array.of(10, 0xc0))) opened++
          }
        }
        await pause(200)
      }
      return `${opened} streams hung, connection ${client.isConnected ? 'stands' : 'closed'} after ${seconds(begin)}`
    },
  },
  manyStreams: {
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
  },
  wrappedRanges: {
    name: 'wrapped and huge ranges',
    run: (scene) =>
      repeatUntilBanned(scene, async (client, round) => {
        const query = WRAPPED_QUERIES[round % WRAPPED_QUERIES.length]
        if (query !== undefined) await sendRaw(client, query.protocol, lengthPrefixed(query.bytes(scene.params)))
      }),
  },
  requestFlood: {
    name: 'dear questions without end',
    run: async (scene) => {
      const client = await scene.start()
      await client.greet()
      const locator = [{ number: 0n, hash: genesisHash(scene.params) }]
      const frame = headersProtocol.query.encode({ locator, count: 512 })
      let answered = 0
      for (let sent = 0; sent < scene.tries && client.isConnected; sent += 8) {
        const answers = await Promise.allSettled(
          Array.from({ length: 8 }, () => client.ask(headersProtocol.name, frame)),
        )
        answered += answers.filter((answer) => answer.status === 'fulfilled' && answer.value[0] === 0).length
      }
      return `${answered} answered, connection ${client.isConnected ? 'stands' : 'closed'}`
    },
  },
  headerFlood: {
    name: 'headers with ground work claims',
    run: (scene) => floodWithHeaders(scene, 1),
  },
  spreadHeaderFlood: {
    name: 'the same from many addresses',
    run: (scene) => floodWithHeaders(scene, MANY_ADDRESSES),
  },
  orphanFlood: {
    name: 'orphans with ground work claims',
    run: async (scene) => {
      const topic = topicsOf(genesisHash(scene.params)).blocks
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
  },
  headerChain: {
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
  },
  invalidTransactions: {
    name: 'transactions that nobody signed',
    run: (scene) =>
      repeatUntilBanned(scene, async (client, round) => {
        const topic = topicsOf(genesisHash(scene.params)).transactions
        await client.joinTopic(topic)
        const transactions = Array.from({ length: 64 }, (_, index) => unsigned(scene, round * 64 + index))
        await client.publish(topic, transactionBatchCodec.encode(transactions))
      }),
  },
  worthlessTransactions: {
    name: 'transactions of senders without money',
    run: async (scene) => {
      const topic = topicsOf(genesisHash(scene.params)).transactions
      const client = await scene.start()
      await client.greet()
      await client.joinTopic(topic)
      const poor = testWallet('a hostile sender')
      const [alice] = WALLETS
      let sent = 0
      for (; sent < scene.tries && client.isConnected; ) {
        const batch = Array.from({ length: 32 }, (_, index) =>
          signTransaction(scene.params.chainId, poor, {
            nonce: BigInt(sent + index),
            to: alice?.address ?? poor.address,
          }),
        )
        await client.publish(topic, transactionBatchCodec.encode(batch.map(({ bytes }) => bytes)))
        sent += batch.length
        await pause(5)
      }
      return `${sent} transactions, connection ${client.isConnected ? 'stands' : 'closed'}`
    },
  },
  announceWithoutServing: {
    name: 'announcing without serving',
    run: async (scene) => {
      const topic = topicsOf(genesisHash(scene.params)).blocks
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
  },
  malformedGossip: {
    name: 'gossip that is no message',
    run: (scene) =>
      repeatUntilBanned(scene, async (client, round) => {
        const topic = topicsOf(genesisHash(scene.params)).blocks
        await client.joinTopic(topic)
        await client.publish(topic, Uint8Array.of(9, round))
      }),
  },
  statusFlood: {
    name: 'statuses without end',
    run: async (scene) => {
      const client = await scene.start()
      await client.greet()
      let sent = 0
      for (; sent < scene.tries && client.isConnected; sent++) {
        await client.tell({ headNumber: BigInt(sent) }).catch(() => undefined)
      }
      await standOut(client, 1000)
      return `${sent} sent, connection ${client.isConnected ? 'stands' : 'closed'}`
    },
  },
  sybil: {
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
          // Turned away, which is what should happen.
        }
      }
      const standing = clients.filter(({ isConnected }) => isConnected).length
      await Promise.all(clients.map((client) => client.close()))
      return `${clients.length} names tried, ${admittedCount} admitted, ${standing} stood at the end`
    },
  },
}

/** Of the loopback network: what an attacker would rent. */
const MANY_ADDRESSES = 64

/** New names as long as the victim lets one in, then another address. */
async function floodWithHeaders(scene: AttackScene, addresses: number): Promise<string> {
  const topic = topicsOf(genesisHash(scene.params)).blocks
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

/** r that is the x of no point of the curve: nobody can have signed with it. */
const R_OF_NO_POINT = 5
/** Where r stands in a transaction of type 2 (EIP-1559). */
const R_MEMBER = 10

function unsigned({ params }: AttackScene, nonce: number): Uint8Array {
  const [alice] = WALLETS
  if (alice === undefined) throw new RangeError('there is a wallet')
  const { bytes } = signTransaction(params.chainId, alice, { nonce: BigInt(nonce), to: alice.address })
  const members = [...(decodeRlp(bytes.subarray(1)) as readonly RlpItem[])]
  members[R_MEMBER] = Uint8Array.of(R_OF_NO_POINT)
  const forged = concatBytes(bytes.subarray(0, 1), encodeRlp(members))
  // The codec takes it: only the signature tells.
  createTransactionCodec(params.chainId).decode(forged)
  return forged
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

async function admitted(scene: AttackScene, from?: string): Promise<HostileClient | undefined> {
  const client = await scene.start(from)
  try {
    await client.greet()
    return client
  } catch {
    await client.close()
    return undefined
  }
}

/** With new names as long as the victim lets one in. */
async function repeatUntilBanned(
  scene: AttackScene,
  act: (client: HostileClient, round: number) => Promise<void>,
): Promise<string> {
  let round = 0
  let clients = 0
  while (round < scene.tries) {
    const client = await admitted(scene)
    if (client === undefined) break
    clients++
    for (; round < scene.tries && client.isConnected; round++) {
      await act(client, round).catch(() => undefined)
      await pause(20)
    }
    await client.close()
  }
  const end = round < scene.tries ? 'then turned away' : 'and never turned away'
  return `${round} times by ${clients} names, ${end}`
}

/** True if the stream was opened; it is left open. */
async function sendRaw(client: HostileClient, protocol: string, bytes: Uint8Array): Promise<boolean> {
  try {
    const stream = await client.open(protocol)
    if (bytes.length > 0) stream.send(bytes)
    return true
  } catch {
    return false
  }
}

function lengthPrefixed(bytes: Uint8Array): Uint8Array {
  return varint(bytes.length, bytes)
}

function varint(length: number, rest: Uint8Array): Uint8Array {
  const prefix: number[] = []
  let left = BigInt(length)
  while (left >= 0x80n) {
    prefix.push(Number(left & 0x7fn) | 0x80)
    left >>= 7n
  }
  prefix.push(Number(left))
  return concatBytes(Uint8Array.from(prefix), rest)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Waits for the victim to close the connection, or a while. */
async function standOut(client: HostileClient, ms: number): Promise<void> {
  const end = performance.now() + ms
  while (client.isConnected && performance.now() < end) await pause(20)
}

function seconds(begin: number): string {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`
}
