// A node in a process of its own: does what its parent's messages say, and tells what happens. Ends when the parent
// goes.

import { readFile } from 'node:fs/promises'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { Chain } from '@poai/chain'
import type { ExamEvaluator, WorkVerifier } from '@poai/consensus'
import {
  bytesToHex,
  createBlockCodecs,
  createTransactionCodec,
  decodeRlp,
  defined,
  headerHash,
  type NetworkParams,
  sha256,
} from '@poai/core'
import { openBenchEngine } from '@poai/testing/bench-engine'
import type { NodeIdentity } from '../../src/identity/node-identity.ts'
import type { ClusterCommand, ClusterEvent, Misbehaviour } from './cluster-messages.ts'
import { CLUSTER_POOL, clusterNetwork } from './cluster-network.ts'
import { mineBlock } from './mine-block.ts'
import { watchPauses } from './pauses.ts'
import { startNode, systemClock, type TestNode } from './start-node.ts'

const params: NetworkParams = clusterNetwork()
const codecs = createBlockCodecs(createTransactionCodec(params.chainId))
const pauses = watchPauses()
let replayMs = 0
let hangsAbove = Number.POSITIVE_INFINITY
let replays = 0
/** Passes of the model: two for a forged block. */
let evaluations = 0
let isTrusting = false
let misbehaviour: Misbehaviour | undefined
/** Transactions of the canonical chain. */
let mined = 0

/** The same instant has the same number in all processes of the machine. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

function tell(event: ClusterEvent): void {
  // Nobody listens any more: the parent has gone, and this process goes too.
  process.send?.(event, undefined, {}, (error) => {
    if (error !== null) process.exit(0)
  })
}

/** A replay that takes as long as the model's, in a process of its own: the node waits, its thread does not. */
function slow(verifier: WorkVerifier): WorkVerifier {
  return {
    verify: async (header, options) => {
      if (isTrusting) return
      replays++
      if (replayMs > 0) await systemClock.sleep(replayMs, options.signal)
      await verifier.verify(header, options)
    },
    verifyAnswers: (block, options) => verifier.verifyAnswers(block, options),
  }
}

function counted(model: ExamEvaluator): ExamEvaluator {
  return {
    evaluate: (requests, options) => {
      evaluations += requests.length
      return model.evaluate(requests, options)
    },
  }
}

/** The chain as this node's network sees it, once it is told to misbehave or to hang. */
function disguise(chain: Chain): Chain {
  const block: Chain['queries']['block'] = async (place) => {
    if (misbehaviour === 'stall') return new Promise(() => undefined)
    const real = await chain.queries.block(place)
    if (misbehaviour === undefined || real === undefined) return real
    const other = await chain.queries.block(real.header.number - 1n)
    return other === undefined ? real : { header: real.header, body: other.body }
  }
  const importBlock: Chain['importBlock'] = (arrived, options) =>
    Number(arrived.header.number) > hangsAbove ? new Promise(() => undefined) : chain.importBlock(arrived, options)
  return { ...chain, importBlock, queries: { ...chain.queries, block } }
}

/** The same node in each of its lives. */
function identityOf(key: Uint8Array): NodeIdentity {
  const privateKey = privateKeyFromProtobuf(key)
  return { peerId: peerIdFromPrivateKey(privateKey).toString(), privateKey }
}

function poolDigest({ chain }: TestNode): { readonly size: number; readonly digest: string } {
  const hashes: string[] = []
  for (const { pending, queued } of chain.mempool.accounts()) {
    for (const { transaction } of [...pending, ...queued]) hashes.push(bytesToHex(transaction.hash))
  }
  return { size: hashes.length, digest: bytesToHex(sha256(Buffer.from(hashes.sort().join('')))) }
}

async function obey(node: TestNode, command: ClusterCommand): Promise<unknown> {
  const { chain, network } = node
  switch (command.kind) {
    case 'connect':
      network.peers.add(command.address)
      return undefined
    case 'replay':
      replayMs = command.ms
      return undefined
    case 'hang':
      hangsAbove = command.above
      return undefined
    case 'import': {
      const block = codecs.block.decode(Buffer.from(command.block, 'base64'))
      await chain.importBlock(block)
      return bytesToHex(headerHash(block.header))
    }
    case 'add': {
      const transactions = command.transactions.map((text) => codecs.transaction.decode(Buffer.from(text, 'base64')))
      const outcomes = await chain.mempool.addMany(transactions)
      const refused = outcomes.filter(({ kind }) => kind === 'refused')
      return {
        added: outcomes.length - refused.length,
        why: refused.map((outcome) => 'error' in outcome && outcome.error.message),
      }
    }
    case 'mine': {
      const block = await mineBlock(node.chain, params)
      return { hash: bytesToHex(headerHash(block.header)), transactions: block.body.transactions.length }
    }
    case 'look': {
      return {
        head: Number(chain.head().number),
        headHash: bytesToHex(chain.head().hash),
        peers: network.peers.connected().map(({ id }) => id),
        mined,
        pool: poolDigest(node),
        figures: network.figures(),
        ...{ replays, evaluations },
        rssBytes: process.memoryUsage().rss,
      }
    }
    case 'load': {
      // What the parent made itself needs no replay.
      isTrusting = true
      for (const item of decodeRlp(await readFile(command.file))) {
        const { kind } = await chain.importBlock(codecs.block.decode(item as Uint8Array), { priority: 'sync' })
        if (kind === 'orphan') throw new RangeError('the file is of another chain')
      }
      isTrusting = false
      return Number(chain.head().number)
    }
    case 'misbehave':
      misbehaviour = command.as
      return undefined
    case 'leaks': {
      globalThis.gc?.()
      const resources: Record<string, number> = {}
      for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
      const { heapUsed, rss, external } = process.memoryUsage()
      return { heapBytes: heapUsed, externalBytes: external, rssBytes: rss, resources }
    }
    case 'pauses':
      return pauses.take()
    case 'usage': {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    }
    case 'stop':
      await node.stop()
      await bench?.close()
      return undefined
  }
}

const keyText = process.env['POAI_TEST_KEY']
// Under siege: limits by address hold, though all are on one machine.
const limits = { sharedAddresses: process.env['POAI_TEST_STRICT'] === undefined }
const bench = process.env['POAI_TEST_MODEL'] === undefined ? undefined : await openBenchEngine()
const node = await startNode({
  network: { limits },
  params,
  verifier: slow,
  threads: 1,
  passes: counted,
  mempool: CLUSTER_POOL,
  shownChain: disguise,
  ...defined({
    evaluator: bench?.engine,
    identity: keyText === undefined ? undefined : identityOf(Buffer.from(keyText, 'hex')),
    directory: process.env['POAI_TEST_DIRECTORY'],
  }),
})
node.chain.onHead(({ head, added, removed }) => {
  tell({ kind: 'head', hash: bytesToHex(head.hash), atMs: now() })
  for (const { block } of added) mined += block.body.transactions.length
  for (const { block } of removed) mined -= block.body.transactions.length
})
process.on('disconnect', () => process.exit(0))
process.on('message', (message: { readonly id: number; readonly command: ClusterCommand }) => {
  const { id, command } = message
  obey(node, command).then(
    (answer) => {
      tell({ kind: 'answer', id, answer })
      if (command.kind === 'stop') process.disconnect()
    },
    (error: unknown) =>
      tell({ kind: 'failure', id, message: error instanceof Error ? `${error.message}` : String(error) }),
  )
})
tell({ kind: 'ready', peerId: node.network.peerId, addresses: [...node.network.addresses()] })
