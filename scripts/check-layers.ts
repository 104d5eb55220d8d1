// Checks the direction of dependencies: npm hoists every package of the workspace, so an import that nobody declared,
// or that points up, would compile and run. See docs/ARCHITECTURE.md.
import { join } from 'node:path'
import { checkExamples } from './layers/check-examples.ts'
import { checkWorkspace } from './layers/check-workspace.ts'
import type { LayerTable } from './layers/layer-table.ts'
import { readExamples, readWorkspace } from './layers/read-workspace.ts'

/**
 * A package may import the layers below its own. `testing` is not here: it may import all, and only tests may import
 * it.
 */
const LAYERS: LayerTable = {
  core: 1,
  api: 2,
  consensus: 2,
  contracts: 2,
  execution: 2,
  inference: 2,
  storage: 2,
  chain: 3,
  p2p: 4,
  miner: 4,
  rpc: 4,
  explorer: 4,
  node: 5,
  testnet: 6,
  cli: 7,
}

const root = join(import.meta.dirname, '..')
const workspace = readWorkspace(root)
const examples = readExamples(root)
const faults = [...checkWorkspace(workspace, LAYERS), ...checkExamples(examples, workspace)]
for (const { file, line, message } of faults) console.error(`${file}:${line}  ${message}`)

const packageFiles = workspace.packages.reduce((sum, { sources, tests }) => sum + sources.length + tests.length, 0)
const fileCount = packageFiles + examples.sources.length
const scope = `${workspace.packages.length} packages, ${fileCount} files`
if (faults.length === 0) console.log(`Layers are in order: ${scope}.`)
else {
  console.error(`${faults.length} ${faults.length === 1 ? 'breach' : 'breaches'} of the layering in ${scope}.`)
  process.exitCode = 1
}
