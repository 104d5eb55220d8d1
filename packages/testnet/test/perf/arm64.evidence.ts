// A whole node on 64-bit Arm and one on this machine make one chain.
//   npm run evidence -- arm64 NODE [blocks]
// NODE is Node 24 for linux-arm64. On another processor qemu-user runs it, with the C library in
// /usr/aarch64-linux-gnu. docs/PLATFORMS.md has the commands. The node on Arm mines all the time, by WebAssembly; the
// other one, which is hundreds of times as fast as an emulated one, mines only upon blocks of the first. It holds if
// both have mined blocks of one and the same chain, each has replayed the blocks of the other, no replay has failed,
// and both have the same hash at every height.
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ask } from '@poai/api/connect'
import { prepareProgramCache } from '@poai/testing'
import type { TestnetNode } from '../../src/nodes/testnet-node.ts'
import { haveOneChain, secondsUntil, startEvidenceTestnet } from '../support/evidence-testnet.ts'

const [armNode, blocks = '20'] = process.argv.slice(2)
if (armNode === undefined) throw new Error('usage: npm run evidence -- arm64 NODE [blocks]')
const height = Number(blocks)
const spacingSeconds = 15
const LONGEST_MS = 600_000 + 4 * height * spacingSeconds * 1000
const CALL = { timeoutMs: 60_000 }
/** Between two looks: answers cost an emulated node attempts. */
const LOOK_MS = 2_000
const EMULATOR = process.arch === 'arm64' ? [] : ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu']
const ARM = 'node-1'

const home = await mkdtemp(join(tmpdir(), 'poai-arm64-'))
await cp(await prepareProgramCache(), join(home, 'cache/engine'), { recursive: true })
console.log('starting the nodes')
const network = await startEvidenceTestnet({
  ...{ nodes: 2, miners: 2, spacingSeconds, easiestAttempts: 4n, home, startTimeoutMs: LONGEST_MS },
  commandOf: ({ name }) => {
    const [command, ...prefix] = name === ARM ? [...EMULATOR, armNode] : [process.execPath]
    return [command ?? armNode, ...prefix]
  },
  argumentsOf: ({ name }) => ['--engine', name === ARM ? 'wasm' : 'native', '--workers', '1'],
})
const { testnet, params } = network

/** Who is paid by the block of that height in a node's chain, and its hash. */
async function blockOf(node: TestnetNode, number: number): Promise<{ readonly miner: string; readonly hash: string }> {
  const block = await ask(node.process, 'eth_getBlockByNumber', [number, false], CALL)
  return { miner: block?.miner ?? '', hash: block?.hash ?? '' }
}

function beneficiaryOf({ view }: TestnetNode): string {
  return view.plan.mining?.beneficiary.toLowerCase() ?? ''
}

/** Lets a node mine upon the block of that height, and no longer. */
async function mineUpon(node: TestnetNode, head: number): Promise<void> {
  await ask(node.process, 'miner_start', [], CALL)
  await secondsUntil(LONGEST_MS, async () => Number(await ask(node.process, 'eth_blockNumber', [], CALL)) > head)
  await ask(node.process, 'miner_stop', [], CALL)
}

try {
  const [arm, other] = testnet.nodes
  if (arm === undefined || other === undefined) throw new RangeError('there are two nodes')
  console.log(
    `domain ${params.work.domain}, model ${params.work.model}, a block every ${spacingSeconds} s, to height ${height}`,
  )
  let toldHeight = 0
  await ask(other.process, 'miner_stop', [], CALL)
  const seconds = await secondsUntil(LONGEST_MS, async () => {
    await delay(LOOK_MS)
    await testnet.refresh(AbortSignal.timeout(60_000))
    const head = other.view.status?.head.number ?? 0
    const { miner } = await blockOf(other, head)
    if (miner === beneficiaryOf(arm)) await mineUpon(other, head)
    if (head > toldHeight)
      console.error(`height ${head}, mined by ${miner === beneficiaryOf(arm) ? 'arm64' : process.arch}`)
    toldHeight = head
    return testnet.nodes.every(({ view }) => (view.status?.head.number ?? 0) >= height)
  })
  if (seconds === undefined) throw new Error('the network did not get there in time')
  await testnet.pauseMining(AbortSignal.timeout(60_000))
  const together = await secondsUntil(60_000, () => haveOneChain(testnet, testnet.nodes))
  const heights = Array.from({ length: height }, (_, index) => index + 1)
  const chains = await Promise.all(
    testnet.nodes.map((node) => Promise.all(heights.map((number) => blockOf(node, number)))),
  )
  const hashes = chains.map((chain) => chain.map(({ hash }) => hash).join())
  const isOne = hashes.every((one) => one === hashes[0])
  let holds = isOne && together !== undefined
  for (const [index, node] of testnet.nodes.entries()) {
    const { totals } = node.view
    const mined = chains[index]?.filter(({ miner }) => miner === beneficiaryOf(node)).length ?? 0
    const status = await node.process.status(CALL)
    const version = await ask(node.process, 'web3_clientVersion', [], CALL)
    console.log(
      `${version}: ${JSON.stringify(status.engine.system)}, mined ${mined} of the chain's ${height} blocks, ` +
        `${totals.replays} replays, ${totals.failedReplays} failed, ${totals.attempts} attempts`,
    )
    holds &&= mined > 0 && totals.replays >= height && totals.failedReplays === 0
  }
  const last = chains[0]?.at(-1)?.hash
  console.log(
    `${isOne ? 'one chain' : 'SEVERAL CHAINS'}: the hash of height ${height} is ${last}; ${seconds.toFixed(0)} s`,
  )
  console.log(holds ? 'holds' : 'DOES NOT HOLD')
  process.exitCode = holds ? 0 : 1
} finally {
  await network.close()
  await rm(home, { recursive: true, force: true })
}
