import { join } from 'node:path'
import { FOUNDRY_VERSION, foundryPlatform, writeSolc } from '@poai/testing/foundry'
import { runProgram } from './run-program.ts'
import { installSolc } from './token.ts'
import { installTool } from './tool-folder.ts'

export { FOUNDRY_VERSION } from '@poai/testing/foundry'

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
  const scoped = `@foundry-rs/${name}-${foundryPlatform()}`
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
  const { folder: solc } = await installSolc()
  // Foundry keeps what it finds out about chains in the home.
  const environment = { ETH_RPC_URL: url, HOME: folder, FOUNDRY_DISABLE_NIGHTLY_WARNING: '1', NO_COLOR: '1' }
  const options = { cwd: folder, env: environment }
  return {
    ...{ anvil, environment, solc: await writeSolc(folder, join(solc, 'node_modules/solc')) },
    cast: (...args) => runProgram(cast, args, options),
    forge: (...args) => runProgram(forge, args, options),
  }
}
