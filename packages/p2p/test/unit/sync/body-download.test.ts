import { type Body, bytesToHex, Emitter, type Header, headerHash, RuleError, silentLogger } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import {
  ChainGenerator,
  type GeneratedBlock,
  signTransaction,
  testNetwork,
  WALLETS,
  type Wallet,
} from '@poai/testing/chain'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { NetworkError } from '../../../src/network-error.ts'
import type { Peer } from '../../../src/peers/peer.ts'
import { BodyDownload } from '../../../src/sync/body-download.ts'
import { A_STATUS } from '../../support/fake-handshake.ts'
import { systemClock } from '../../support/start-node.ts'

const BLOCKS = 200
const [alice, bob] = WALLETS as [Wallet, Wallet]
const stopping = new AbortController()
let blocks: readonly GeneratedBlock[]
let bodies: ReadonlyMap<string, Body>

beforeAll(async () => {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ evaluator: engine })
  blocks = await generator.grow(generator.genesis, BLOCKS, (index) => ({
    // Every tenth block is empty.
    transactions:
      index % 10 === 9
        ? []
        : [
            signTransaction(testNetwork.chainId, alice, {
              nonce: BigInt(index - Math.floor(index / 10)),
              to: bob.address,
            }),
          ],
  }))
  bodies = new Map(blocks.map(({ hash, block }) => [bytesToHex(hash), block.body]))
}, 120_000)

type Answer = (headers: readonly Header[], signal: AbortSignal) => Promise<readonly (Body | undefined)[]>

const honest: Answer = async (headers) => headers.map((header) => bodies.get(bytesToHex(headerHash(header))))
const silent: Answer = (_, signal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
const lying: Answer = async () => Promise.reject(new RuleError('BODY_TRANSACTIONS_ROOT', 'another body'))
const broken: Answer = async () => Promise.reject(new NetworkError('P2P_REQUEST', 'gone'))
const lacking: Answer = async (headers) => headers.map(() => undefined)

let download: BodyDownload | undefined

afterEach(async () => {
  await download?.stop()
})

function start(answers: Readonly<Record<string, Answer>>): { readonly asked: string[] } {
  const asked: string[] = []
  const joined = new Emitter<Peer>('joined', silentLogger)
  const peerOf = (id: string): Peer => ({ id, address: '', direction: 'out', status: A_STATUS, connectedAtMs: 0 })
  const headers = blocks.map(({ hash, block }) => ({ hash, header: block.header }))
  download = new BodyDownload(
    headers,
    {
      requests: {
        bodies: (peerId, wanted, signal) => {
          asked.push(...wanted.map(({ number }) => `${number}`))
          return (answers[peerId] ?? broken)(wanted, signal)
        },
      },
      peers: {
        list: () => Object.keys(answers).map(peerOf),
        get: peerOf,
        onJoined: joined.subscribe,
        report: () => undefined,
      },
      clock: systemClock,
      logger: silentLogger,
    },
    stopping.signal,
  )
  return { asked }
}

async function takeAll(): Promise<void> {
  for (const { block } of blocks) expect(await download?.next()).toEqual(block.body)
}

describe('a download of bodies', () => {
  it('brings them in order from several peers, each once, and asks for no empty ones', async () => {
    const { asked } = start({ a: honest, b: honest })
    await takeAll()
    expect(asked.length).toBe(BLOCKS - BLOCKS / 10)
    expect(new Set(asked).size).toBe(asked.length)
    const shares = [...(download?.shares.values() ?? [])].map((share) => share.bodies)
    expect(shares.reduce((sum, count) => sum + count, 0)).toBe(BLOCKS - BLOCKS / 10)
    expect(Math.min(...shares)).toBeGreaterThan(0)
  })

  it('comes to its end though one is silent, one lies, one breaks and one has nothing', async () => {
    start({ silent, lying, broken, lacking, honest })
    await takeAll()
    expect(download?.shares.get('honest')?.bodies).toBe(BLOCKS - BLOCKS / 10)
    // Asked for a few bodies once, and never again.
    expect(download?.shares.get('lying')?.faults).toBe(1)
  })

  it('says so if nobody can bring a body', async () => {
    start({ lacking, lying })
    await expect(takeAll()).rejects.toThrow('no peer sends the bodies')
  })
})
