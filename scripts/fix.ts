// `npm run fix [-- path…]`: formats, sorts imports and applies the safe repairs of the linter.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const paths = process.argv.slice(2)
const result = spawnSync(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', ...paths], {
  cwd: join(import.meta.dirname, '..'),
  stdio: 'inherit',
})
process.exitCode = result.status ?? 1
