// Synchronisation as a state machine: peers come, go, lie, forge, stall and cut as chance has it; the node must end on
// the heaviest honest chain. npm run evidence -- sync-model [runs] [seed]
import { checkSyncModel } from '../support/sync-commands.ts'
import { growWorld } from '../support/sync-world.ts'

const [runs = 10_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number)
const begin = performance.now()
await checkSyncModel(await growWorld(), { runs, seed })
console.log(
  `${runs} runs with seed ${seed} in ${((performance.now() - begin) / 1000).toFixed(0)} s: no difference from the model`,
)
