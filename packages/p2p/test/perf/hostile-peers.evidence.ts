// What hostile peers cost a node, and what its honest neighbour notices of it.
//   npm run evidence -- hostile-peers [tries] [attack …]
// The victim and its neighbour run in processes of their own, with a fake model: passes of the model are counted
// (`header-flood` has the real one). The attacker is a raw libp2p node in this process that comes from another address.
// Each attack gets a new victim.

import { createFakeEngine } from '@poai/inference'
import { ChainGenerator } from '@poai/testing/chain'
import { ATTACKS } from '../support/attacks/attacks.ts'
import { startClusterNode } from '../support/cluster.ts'
import { clusterNetwork } from '../support/cluster-network.ts'
import { besiege, latency } from '../support/siege.ts'

const [tries = 2000] = process.argv.slice(2, 3).map(Number)
const chosen = process.argv.slice(3)
const BLOCKS = 10
const PAUSE_MS = 200

process.env['POAI_TEST_STRICT'] = '1'
const engine = createFakeEngine()
await engine.start()
const generator = new ChainGenerator({ params: clusterNetwork(), evaluator: engine })
const honest = await startClusterNode()
let tip = generator.genesis
console.log(
  '| attack | what came of it | offences | passes in vain | CPU s of attack s | RSS MB | ms to the tip, before | during |',
)
console.log('| --- | --- | --- | --- | --- | --- | --- | --- |')
try {
  for (const [name, attack] of Object.entries(ATTACKS)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue
    const report = await besiege({ attack, tries, generator, honest, tip, blocks: BLOCKS, pauseMs: PAUSE_MS })
    tip = report.tip
    const cells = [
      ...[attack.name, report.said, report.offences, report.evaluations],
      `${report.cpuSeconds.toFixed(1)} of ${report.attackSeconds.toFixed(0)}`,
      (report.rssGrowthBytes / 2 ** 20).toFixed(0),
      ...[latency(report.before), latency(report.during)],
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
} finally {
  await honest.stop()
  await engine.stop()
}
