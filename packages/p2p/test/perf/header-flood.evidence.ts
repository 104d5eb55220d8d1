// How much later a node that is flooded with forged headers hears of the next block: real libp2p, real model, processes
// of their own. npm run evidence -- header-flood [headers] [blocks before the flood and while it lasts] The attacker
// runs on this machine too and takes its share of the cores. So the same flood goes to another node as well, in turns,
// and the victim's latency meanwhile is what its latency under its own flood is compared with.

import { openBenchEngine } from '@poai/testing/bench-engine'
import { ChainGenerator } from '@poai/testing/chain'
import { ATTACKS } from '../support/attacks/attacks.ts'
import { percentile, startClusterNode } from '../support/cluster.ts'
import { clusterNetwork } from '../support/cluster-network.ts'
import { besiege, latency } from '../support/siege.ts'

const [headers = 10_000, blocks = 40] = process.argv.slice(2).map(Number)
const PAUSE_MS = 100
const ROUNDS = 4
const ALLOWED = 1.1

process.env['POAI_TEST_STRICT'] = '1'
process.env['POAI_TEST_MODEL'] = '1'
const attack = ATTACKS['spreadHeaderFlood']
if (attack === undefined) throw new RangeError('there is such an attack')
const bench = await openBenchEngine()
const [honest, decoy] = [await startClusterNode(), await startClusterNode()]
try {
  const generator = new ChainGenerator({ params: clusterNetwork(), evaluator: bench.engine })
  const { genesis: tip } = generator
  const report = await besiege({
    attack,
    tries: headers,
    generator,
    honest,
    tip,
    blocks,
    pauseMs: PAUSE_MS,
    decoy,
    rounds: ROUNDS,
  })
  const ratio = percentile(report.during, 0.5) / percentile(report.control, 0.5)
  console.log(`${report.said} in ${report.attackSeconds.toFixed(0)} s: ${report.offences}`)
  console.log(
    `passes in vain: ${report.evaluations}; CPU of the victim without its model: ${report.cpuSeconds.toFixed(1)} s`,
  )
  console.log('milliseconds from the neighbour to the victim, median (longest):')
  console.log(`  before any flood           ${latency(report.before)}`)
  console.log(`  another node is flooded    ${latency(report.control)} (${report.control.length} blocks)`)
  console.log(`  the victim is flooded      ${latency(report.during)} (${report.during.length} blocks)`)
  console.log(`the tip is ${((ratio - 1) * 100).toFixed(1)} % later (allowed: ${((ALLOWED - 1) * 100).toFixed(0)} %)`)
  if (ratio > ALLOWED) process.exitCode = 1
} finally {
  await Promise.all([honest.stop(), decoy.stop()])
  await bench.close()
}
