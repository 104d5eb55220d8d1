import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

/** The release that is measured against. */
const HARDHAT_VERSION = '3.18.0'
/** Installing takes some hundred megabytes from npm. */
const START_TIMEOUT_MS = 60_000

/** A node of Hardhat that mines when it is told to. */
export interface HardhatNode {
  readonly version: string
  readonly url: string
  readonly process: ChildProcess
}

/** Installs Hardhat into `directory` the first time. Answers with its program. */
export async function installHardhat(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true })
  if (!existsSync(join(directory, 'node_modules', 'hardhat'))) {
    await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    const arguments_ = ['install', '--no-audit', '--no-fund', '--ignore-scripts', `hardhat@${HARDHAT_VERSION}`]
    const [code] = await once(spawn('npm', arguments_, { cwd: directory, stdio: 'inherit' }), 'exit')
    if (code !== 0) throw new Error('npm could not install hardhat')
  }
  return join(directory, 'node_modules', 'hardhat', 'dist', 'src', 'cli.js')
}

/** What Hardhat's processes run with: it asks nobody anything, and Node's flags of ours are not for it. */
export const HARDHAT_ENVIRONMENT: NodeJS.ProcessEnv = {
  ...process.env,
  HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true',
  NODE_OPTIONS: '',
}

/** Installs Hardhat into `directory` the first time, and starts its node there. */
export async function startHardhat(directory: string): Promise<HardhatNode> {
  const cli = await installHardhat(directory)
  const network = `{ type: 'edr-simulated', chainType: 'l1', mining: { auto: false, interval: 0 }, blockGasLimit: 12_000_000 }`
  await writeFile(
    join(directory, 'hardhat.config.js'),
    `export default { networks: { node: ${network}, default: ${network} } }\n`,
  )
  const port = await freePort()
  const child = spawn(process.execPath, [cli, 'node', '--port', String(port)], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: HARDHAT_ENVIRONMENT,
  })
  // Its log must be read, or its pipe fills and it stands still.
  child.stdout?.resume()
  const url = `http://127.0.0.1:${port}`
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const isUp = await fetch(url, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' }).then(
      (response) => response.ok,
      () => false,
    )
    if (isUp) return { version: HARDHAT_VERSION, url, process: child }
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('hardhat did not start')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
