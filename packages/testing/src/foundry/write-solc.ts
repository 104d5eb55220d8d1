import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Writes a program into `folder` that answers as `solc` does, from npm's package `solc`, which is at `compiler`.
 * Foundry then needs no compiler of its own, which it would download. Resolves to the program's path.
 */
export async function writeSolc(folder: string, compiler: string): Promise<string> {
  const path = join(folder, 'solc')
  const text = `#!${process.execPath}
const solc = require(${JSON.stringify(compiler)})
const isAskedWho = process.argv.includes('--version')
const answer = isAskedWho
  ? 'solc, the solidity compiler commandline interface\\nVersion: ' + solc.version()
  : solc.compile(require('node:fs').readFileSync(0, 'utf8'))
process.stdout.write(answer + '\\n')
`
  await writeFile(path, text, { mode: 0o755 })
  return path
}
