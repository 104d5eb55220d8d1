import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from './run-program.ts'
import { installSolc } from './token.ts'
import { installTool } from './tool-folder.ts'

export const FOUNDRY_VERSION = '1.7.1'

/** Foundry's programs, for one network. */
export interface Foundry {
  readonly anvil: string
  /** A program that answers as `solc` does, from the compiler that npm has. */
  readonly solc: string
  readonly environment: NodeJS.ProcessEnv
  cast(...args: readonly string[]): Promise<string>
  forge(...args: readonly string[]): Promise<string>
}

/** The path of one of Foundry's programs, installed from npm. */
export async function installFoundryProgram(name: 'anvil' | 'cast' | 'forge'): Promise<string> {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const scoped = `@foundry-rs/${name}-${platform}`
  const folder = await installTool(name, { [scoped]: FOUNDRY_VERSION })
  return join(folder, 'node_modules', scoped, 'bin', name)
}

/** Foundry as someone has it who works in `folder` with the node at `url`. */
export async function openFoundry({
  folder,
  url,
}: {
  readonly folder: string
  readonly url: string
}): Promise<Foundry> {
  const [anvil, cast, forge] = [
    await installFoundryProgram('anvil'),
    await installFoundryProgram('cast'),
    await installFoundryProgram('forge'),
  ]
  // Foundry keeps what it finds out about chains in the home.
  const environment = { ETH_RPC_URL: url, HOME: folder, FOUNDRY_DISABLE_NIGHTLY_WARNING: '1', NO_COLOR: '1' }
  const options = { cwd: folder, env: environment }
  return {
    ...{ anvil, environment, solc: await writeSolc(folder) },
    cast: (...args) => runProgram(cast, args, options),
    forge: (...args) => runProgram(forge, args, options),
  }
}

async function writeSolc(folder: string): Promise<string> {
  const { folder: installed } = await installSolc()
  const path = join(folder, 'solc')
  const text = `#!${process.execPath}
const solc = require(${JSON.stringify(join(installed, 'node_modules/solc'))})
const isAskedWho = process.argv.includes('--version')
const answer = isAskedWho
  ? 'solc, the solidity compiler commandline interface\\nVersion: ' + solc.version()
  : solc.compile(require('node:fs').readFileSync(0, 'utf8'))
process.stdout.write(answer + '\\n')
`
  await writeFile(path, text, { mode: 0o755 })
  return path
}
