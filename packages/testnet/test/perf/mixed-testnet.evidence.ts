// Three real nodes of domain portable-1, with the native program, with WebAssembly and with llama.cpp, make one chain.
//   npm run evidence -- mixed-testnet [blocks] [seconds a block]
// Nodes are processes with the real model; all mine. It holds if all have mined blocks of one and the same chain, each
// has replayed the blocks of the others, no replay has failed, and the nodes have the same hash at every height.
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ask } from '@poai/api/connect'
import { preparePortableCache, prepareProgramCache } from '@poai/testing'
import type { TestnetNode } from '../../src/nodes/testnet-node.ts'
import { haveOneChain, secondsUntil, startEvidenceTestnet } from '../support/evidence-testnet.ts'

const [blocks = 50, spacingSeconds = 4] = process.argv.slice(2).map(Number)
/** WebAssembly on a busy machine starts slowly, and blocks come as they come. */
const LONGEST_MS = 120_000 + 6 * blocks * spacingSeconds * 1000
const CALL = { timeoutMs: 20_000 }
const ENGINES = ['native', 'wasm', 'llama']

console.log('preparing the engines')
const home = await mkdtemp(join(tmpdir(), 'poai-mixed-'))
for (const prepare of [preparePortableCache, prepareProgramCache]) {
  await cp(await prepare(), join(home, 'cache/engine'), { recursive: true })
}
const network = await startEvidenceTestnet({
  ...{ nodes: ENGINES.length, miners: ENGINES.length, spacingSeconds, domainOf: 'testnet', home },
  argumentsOf: ({ name }) => ['--engine', ENGINES[Number(name.slice('node-'.length)) - 1] ?? 'auto'],
})
const { testnet, params } = network

/** All hashes of a node's chain up to a height. */
async function chainOf(node: TestnetNode, height: number): Promise<readonly string[]> {
  const hashes: string[] = []
  for (let number = 1; number <= height; number++) {
    const block = await ask(node.process, 'eth_getBlockByNumber', [number, false], CALL)
    hashes.push(String(block?.hash))
  }
  return hashes
}

/** Blocks of that chain that pay this node. */
async function countMined(node: TestnetNode, height: number): Promise<number> {
  let mined = 0
  for (let number = 1; number <= height; number++) {
    const block = await ask(node.process, 'eth_getBlockByNumber', [number, false], CALL)
    if (block?.miner === node.view.plan.mining?.beneficiary.toLowerCase()) mined++
  }
  return mined
}

try {
  console.log(
    `domain ${params.work.domain}, model ${params.work.model}, a block every ${spacingSeconds} s, to height ${blocks}`,
  )
  const seconds = await secondsUntil(LONGEST_MS, async () => {
    await testnet.refresh(AbortSignal.timeout(10_000))
    return testnet.nodes.every(({ view }) => (view.status?.head.number ?? 0) >= blocks)
  })
  if (seconds === undefined) throw new Error('the network did not get there in time')
  const together = await secondsUntil(30_000, () => haveOneChain(testnet, testnet.nodes))
  const chains = await Promise.all(testnet.nodes.map((node) => chainOf(node, blocks)))
  const isOne = chains.every((chain) => chain.join() === chains[0]?.join())
  let holds = isOne && together !== undefined
  for (const node of testnet.nodes) {
    const { totals, plan } = node.view
    const mined = await countMined(node, blocks)
    const status = await node.process.status(CALL)
    console.log(
      `${plan.name}: ${JSON.stringify(status.engine.system)}, mined ${mined} of the chain's ${blocks} blocks, ` +
        `${totals.replays} replays, ${totals.failedReplays} failed, ${totals.attempts} attempts`,
    )
    holds &&= mined > 0 && totals.replays >= blocks && totals.failedReplays === 0
  }
  console.log(
    `${isOne ? 'one chain' : 'SEVERAL CHAINS'}: the hash of height ${blocks} is ${chains[0]?.at(-1)}; ${seconds.toFixed(0)} s`,
  )
  console.log(holds ? 'holds' : 'DOES NOT HOLD')
  process.exitCode = holds ? 0 : 1
} finally {
  await network.close()
  await rm(home, { recursive: true, force: true })
}
