import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

/** The release that is compared with. */
export const ANVIL_VERSION = '1.7.1'
const START_TIMEOUT_MS = 30_000

/** A node of Foundry that mines when it is told to. */
export interface AnvilNode {
  readonly url: string
  readonly process: ChildProcess
  ask(method: string, ...params: readonly unknown[]): Promise<unknown>
}

/** Installs anvil into `directory` the first time, 44 MB from npm, and starts it with these options. */
export async function startAnvil(directory: string, options: readonly string[]): Promise<AnvilNode> {
  const port = await freePort()
  const child = spawn(await installAnvil(directory), ['--port', String(port), '--silent', ...options], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  const ask = async (method: string, ...params: readonly unknown[]): Promise<unknown> => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const { result, error } = (await answer.json()) as { readonly result?: unknown; readonly error?: unknown }
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result
  }
  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const isUp = await ask('eth_chainId').then(
      () => true,
      () => false,
    )
    if (isUp) return { url, process: child, ask }
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('anvil did not start')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function installAnvil(directory: string): Promise<string> {
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const program = join(directory, 'node_modules', name, 'bin', 'anvil')
  if (existsSync(program)) return program
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'package.json'), JSON.stringify({ private: true }))
  const arguments_ = ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${ANVIL_VERSION}`]
  const [code] = await once(spawn('npm', arguments_, { cwd: directory, stdio: 'inherit' }), 'exit')
  if (code !== 0) throw new Error('npm could not install anvil')
  return program
}
