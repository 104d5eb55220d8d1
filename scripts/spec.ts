// `npm run spec [-- vitest arguments…]`: what the protocol promises. Runs the spec tests of all packages, then says how
// much they cover: vector tests compare every recorded entry, and the rule table's own test fails unless each rule is
// passed and broken.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { CONSENSUS_RULES } from '../packages/consensus/src/index.ts'
import { countVectors } from './spec/count-vectors.ts'

const root = join(import.meta.dirname, '..')
const filters = process.argv.slice(2)
const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'scripts/vitest.config.ts']
const { status } = spawnSync(process.execPath, [...process.execArgv, ...vitest, '--project', 'spec', ...filters], {
  cwd: root,
  stdio: 'inherit',
})
process.exitCode = status ?? 1
if (process.exitCode === 0 && filters.length === 0) {
  const { files, vectors } = countVectors(root)
  console.log(
    `spec: ${vectors} vectors in ${files} files reproduced; ${CONSENSUS_RULES.length} rules, each passed at its limit and broken by one`,
  )
}
