// How fast a new node catches up from another process over the loopback interface, on LevelDB.
//   npm run bench -- sync [empty blocks] [blocks with real work] [native | wasm | llama]
// Empty blocks with replay left out (assume-valid): blocks a second, of the clock and of this process's CPU. Blocks
// with real work, all replayed: replays a second against what the engine does by itself in the same run. Chains are
// made once and kept in .cache.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ExamEvaluator, examToRequest } from '@poai/consensus'
import { createBlockCodecs, createTransactionCodec, decodeRlp, defined, headerHash } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { seededExams } from '@poai/testing'
import { BENCH_PROGRAMS, openBenchEngine } from '@poai/testing/bench-engine'
import { createReplayPolicy, excusingVerifier, type ReplayMode } from '../../src/index.ts'
import { type ClusterNode, startClusterNode } from '../support/cluster.ts'
import { clusterNetwork } from '../support/cluster-network.ts'
import { easyChain } from '../support/easy-chain.ts'
import { startNode } from '../support/start-node.ts'

const [emptyBlocks = 5000, workedBlocks = 300] = process.argv.slice(2, 4).map(Number)
const program = BENCH_PROGRAMS.find((name) => name === process.argv[4]) ?? 'native'
const WARM_UP = 20
const params = clusterNetwork()
const codecs = createBlockCodecs(createTransactionCodec(params.chainId))

/** What catching up cost. */
interface Cost {
  readonly seconds: number
  readonly cpuSeconds: number
}

async function catchUp(
  server: ClusterNode,
  length: number,
  { mode, evaluator }: { readonly mode: ReplayMode; readonly evaluator?: ExamEvaluator },
): Promise<Cost> {
  const directory = await mkdtemp(join(tmpdir(), 'poai-sync-'))
  const replayPolicy = createReplayPolicy(mode)
  const node = await startNode({
    params,
    directory,
    network: { replayPolicy },
    verifier: (verifier) => excusingVerifier(verifier, replayPolicy),
    ...defined({ evaluator }),
  })
  try {
    const arrived = new Promise<void>((resolve) => {
      node.chain.onHead(({ head }) => {
        if (head.number === BigInt(length)) resolve()
      })
    })
    let begin: readonly [number, NodeJS.CpuUsage] | undefined
    node.network.onPeerChange(() => {
      begin ??= [performance.now(), process.cpuUsage()]
    })
    node.network.peers.add(server.address)
    await arrived
    if (begin === undefined) throw new RangeError('it caught up from a peer')
    const { user, system } = process.cpuUsage(begin[1])
    return { seconds: (performance.now() - begin[0]) / 1000, cpuSeconds: (user + system) / 1e6 }
  } finally {
    await node.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function serverOf(file: string): Promise<ClusterNode> {
  const server = await startClusterNode()
  await server.ask({ kind: 'load', file })
  return server
}

async function benchAssumeValid(): Promise<void> {
  const engine = createFakeEngine()
  await engine.start()
  const onProgress = (blocks: number): void => {
    if (blocks % 500 === 0) console.error(`${blocks} blocks made`)
  }
  const file = await easyChain({ name: 'empty', length: emptyBlocks, evaluator: engine, onProgress })
  const server = await serverOf(file)
  try {
    const last = decodeRlp(await readFile(file)).at(-1) as Uint8Array
    const hash = headerHash(codecs.block.decode(last).header)
    const { seconds, cpuSeconds } = await catchUp(server, emptyBlocks, { mode: { kind: 'assume-valid', hash } })
    console.log(
      `assume-valid: ${emptyBlocks} empty blocks in ${seconds.toFixed(1)} s: ${(emptyBlocks / seconds).toFixed(0)} blocks/s, ` +
        `${(emptyBlocks / cpuSeconds).toFixed(0)} blocks for a second of CPU (all threads of the process)`,
    )
  } finally {
    await server.kill()
  }
}

async function benchFull(): Promise<void> {
  const bench = await openBenchEngine(undefined, { program })
  const exams = seededExams('sync')
  /** As the import does: several questions at one time, so that the engine is never idle. */
  const alone = async (count: number): Promise<number> => {
    const begin = performance.now()
    const requests = Array.from({ length: count }, () => examToRequest(exams.next().value))
    await Promise.all(requests.map((request) => bench.engine.evaluate([request])))
    return count / ((performance.now() - begin) / 1000)
  }
  try {
    const onProgress = (blocks: number): void => console.error(`${blocks} blocks worked for`)
    const file = await easyChain({ name: 'worked', length: workedBlocks, evaluator: bench.engine, onProgress })
    const server = await serverOf(file)
    try {
      await alone(WARM_UP)
      // By turns, since the machine has others to serve: before and after.
      const before = await alone(workedBlocks)
      const { seconds } = await catchUp(server, workedBlocks, { mode: { kind: 'full' }, evaluator: bench.engine })
      const after = await alone(workedBlocks)
      const engineRate = (before + after) / 2
      const rate = workedBlocks / seconds
      console.log(
        `full: ${workedBlocks} blocks replayed by ${bench.modelName}, ${program}, in ${seconds.toFixed(1)} s: ${rate.toFixed(1)} blocks/s; the engine alone ` +
          `${before.toFixed(1)} and ${after.toFixed(1)} evaluations/s: ${(rate / engineRate).toFixed(2)} of it`,
      )
    } finally {
      await server.kill()
    }
  } finally {
    await bench.close()
  }
}

await benchAssumeValid()
await benchFull()
