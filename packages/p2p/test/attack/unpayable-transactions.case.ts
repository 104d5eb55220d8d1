import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createBlockCodecs, createTransactionCodec } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { ChainGenerator, signTransaction } from '@poai/testing/chain'
import { type AttackSize, isInTime, type StrangerCase } from '@poai/testing/strangers'
import { type ClusterNode, percentile, startClusterNode, until } from '../support/cluster.ts'
import { clusterNetwork, SENDING_WALLETS } from '../support/cluster-network.ts'
import type { GossipAssault, GossipBooty } from '../support/gossip-attacker.ts'
import type { Pauses } from '../support/pauses.ts'

const ATTACKER = join(import.meta.dirname, '../support/gossip-attacker.ts')
/** Of each assault, and how many imports are measured at least. */
const SIZES: Readonly<Record<AttackSize, { readonly seconds: number; readonly blocks: number }>> = {
  test: { seconds: 3, blocks: 10 },
  full: { seconds: 30, blocks: 200 },
}
const LONGEST_PAUSE_MS = 100
const SLOWEST_IMPORT_MS = 250
/** Honest transactions, in steps as wallets would send them. */
const RATE = 200
const STEP_MS = 100
const BLOCK_EVERY_MS = 250

const params = clusterNetwork()
const codecs = createBlockCodecs(createTransactionCodec(params.chainId))

/**
 * Well-signed transactions whose senders have nothing, by gossip, from another process: with a handshake, and without
 * any.
 */
export const stranger: StrangerCase = {
  name: 'unpayable-transactions',
  attack: 'well-signed transactions that nobody can pay, by gossip, with and without a handshake',
  before: '3.6 MB: 2.4 s of the main thread, longest pause 2.6 s, no points',
  bound: `longest pause of the main thread under ${LONGEST_PAUSE_MS} ms, import of honest blocks p99 under ${SLOWEST_IMPORT_MS} ms, every honest transaction arrives, the attacker is cut off`,
  run: async (size) => {
    process.env['POAI_TEST_STRICT'] = '1'
    const [victim, honest] = await Promise.all([startClusterNode(), startClusterNode()])
    const attacker = fork(ATTACKER, [], { execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'] })
    try {
      await victim.ask({ kind: 'connect', address: honest.address })
      const traffic = await startTraffic(victim, honest)
      // Code that runs for the first time is slower: it is not what the attack costs.
      await until('blocks come through', 60_000, async () => traffic.importMs.length >= 4)
      const siege: Siege = { attacker, victim, traffic, size, ...SIZES[size] }
      const silent = await suffer(siege, { greets: false, network: '127.0.5' })
      const greeted = await suffer(siege, { greets: true, network: '127.0.6' })
      const given = await traffic.stop()
      const haveAll = async (): Promise<boolean> => (await victim.look()).pool.size === given
      const arrived = await until('honest transactions arrive', 20_000, haveAll).then(
        () => true,
        () => false,
      )
      const transactions = `${arrived ? 'all' : 'not all'} of ${given} honest transactions there`
      return {
        measured: `without a handshake: ${silent.measured}; with one: ${greeted.measured}; ${transactions}`,
        holds: silent.holds && greeted.holds && arrived,
      }
    } finally {
      delete process.env['POAI_TEST_STRICT']
      attacker.kill('SIGKILL')
      await Promise.all([victim.stop(), honest.stop()])
    }
  },
}

interface Siege {
  readonly attacker: ChildProcess
  readonly victim: ClusterNode
  readonly traffic: Traffic
  readonly size: AttackSize
  readonly seconds: number
  readonly blocks: number
}

/** One assault, beside honest traffic that goes on. */
async function suffer(
  { attacker, victim, traffic, size, seconds, blocks }: Siege,
  manner: Pick<GossipAssault, 'greets' | 'network'>,
): Promise<{ readonly measured: string; readonly holds: boolean }> {
  const assault: GossipAssault = { victim: victim.address, seconds: 0, ...manner }
  const tell = async (order: GossipAssault): Promise<unknown> => {
    const answer = once(attacker, 'message')
    attacker.send(order)
    return (await answer)[0]
  }
  await tell(assault)
  const before = (await victim.look()).figures.peers.offences
  traffic.importMs.splice(0)
  await victim.ask({ kind: 'pauses' })
  const booty = (await tell({ ...assault, seconds })) as GossipBooty
  await until('blocks are measured', 300_000, async () => traffic.importMs.length >= blocks)
  const pauses = (await victim.ask({ kind: 'pauses' })) as Pauses
  const p99 = percentile(traffic.importMs, 0.99)
  const after = (await victim.look()).figures.peers.offences
  const offence = manner.greets ? 'rate-limit' : 'protocol-violation'
  const blamed = (after[offence] ?? 0) - (before[offence] ?? 0)
  return {
    measured:
      `${booty.sent} transactions (${(booty.bytes / 1e6).toFixed(1)} MB), ${booty.cutOff} of ${booty.names} names cut off, ${blamed} ${offence}, ` +
      `longest pause ${pauses.cpuMs.toFixed(0)} ms of the thread (${pauses.wallMs.toFixed(0)} by the clock), ` +
      `p99 of ${traffic.importMs.length} imports ${p99.toFixed(0)} ms`,
    holds:
      isInTime(size, pauses.cpuMs, LONGEST_PAUSE_MS) &&
      isInTime(size, p99, SLOWEST_IMPORT_MS) &&
      blamed > 0 &&
      booty.cutOff >= booty.names - 1,
  }
}

interface Traffic {
  /** From the honest node's head to the victim's. */
  readonly importMs: number[]
  /** Resolves with the number of honest transactions that were given to the honest node. */
  stop(): Promise<number>
}

/** Honest blocks and transactions, by way of the victim's one honest neighbour, until stopped. */
async function startTraffic(victim: ClusterNode, honest: ClusterNode): Promise<Traffic> {
  const engine = createFakeEngine()
  await engine.start()
  const generator = new ChainGenerator({ params, evaluator: engine })
  const importMs: number[] = []
  let tip = generator.genesis
  let given = 0
  let isOver = false
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  const makeBlocks = async (): Promise<void> => {
    while (!isOver) {
      tip = await generator.child(tip)
      const block = Buffer.from(codecs.block.encode(tip.block)).toString('base64')
      const hash = (await honest.ask({ kind: 'import', block })) as string
      await until('the victim has the block', 30_000, async () => victim.heads.has(hash) && honest.heads.has(hash))
      importMs.push((victim.heads.get(hash) ?? Number.NaN) - (honest.heads.get(hash) ?? Number.NaN))
      await pause(BLOCK_EVERY_MS)
    }
  }
  const sendTransactions = async (): Promise<void> => {
    const [to] = SENDING_WALLETS
    while (!isOver) {
      const encoded = Array.from({ length: (RATE * STEP_MS) / 1000 }, () => {
        const wallet = SENDING_WALLETS[given % SENDING_WALLETS.length]
        const nonce = BigInt(Math.floor(given / SENDING_WALLETS.length))
        given++
        if (wallet === undefined) throw new RangeError('there are wallets')
        const { bytes } = signTransaction(params.chainId, wallet, { nonce, to: to?.address })
        return Buffer.from(bytes).toString('base64')
      })
      await honest.ask({ kind: 'add', transactions: encoded })
      await pause(STEP_MS)
    }
  }
  const running = Promise.all([makeBlocks(), sendTransactions()])
  return {
    importMs,
    stop: async () => {
      isOver = true
      await running
      return given
    },
  }
}
