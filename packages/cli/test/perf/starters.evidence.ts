// The commands of the README start by an older Node too: each hands over to the Node 24 that npm installed.
//   npm run evidence -- starters NODE|LAUNCHER …
// Each NODE, an executable, starts the launcher of the checkout, scripts/bootstrap.mjs and each LAUNCHER, the path of
// poai.mjs in an installation: says its version, and makes a network of its own mine a block. docs/PLATFORMS.md has the
// commands.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const CHECKOUT = join(import.meta.dirname, '../../../..')
const LONGEST_MS = 600_000

const files = process.argv.slice(2)
const nodes = files.filter((file) => !file.endsWith('.mjs'))
const launchers = [join(CHECKOUT, 'packages/cli/bin/poai.mjs'), ...files.filter((file) => file.endsWith('.mjs'))]
const home = await mkdtemp(join(tmpdir(), 'poai-starters-'))

/** What a program printed, or how it failed. */
function outputOf(node: string, args: readonly string[]): Promise<{ readonly ok: boolean; readonly text: string }> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: home, POAI_HOME: home }
  return new Promise((resolve) => {
    execFile(node, [...args], { cwd: CHECKOUT, env, timeout: LONGEST_MS }, (error, stdout, stderr) => {
      resolve({ ok: error === null, text: (error === null ? stdout : `${error.message}\n${stderr}`).trim() })
    })
  })
}

const rows: Record<string, string | boolean>[] = []
for (const node of nodes) {
  const starter = (await outputOf(node, ['--version'])).text
  const attempt = async (command: string, args: readonly string[], show: (text: string) => string) => {
    const { ok, text } = await outputOf(node, args)
    rows.push({ starter, command, ok, output: ok ? show(text) : text })
    console.error(JSON.stringify(rows.at(-1)))
  }
  const testnet = async (name: string, prefix: readonly string[]): Promise<void> => {
    const folder = await mkdtemp(join(home, 'testnet-'))
    const args = ['testnet', '--nodes', '1', '--miners', '1', '--blocks', '1', '--spacing', '2', '--json']
    await attempt(`${name} testnet`, [...prefix, ...args, '--data-dir', folder], (text) => text.slice(0, 120))
  }
  for (const launcher of launchers) {
    await attempt(`${launcher} --version`, [launcher, '--version'], (text) => text)
    await testnet(launcher, [launcher])
  }
  await testnet('scripts/bootstrap.mjs', [join(CHECKOUT, 'scripts/bootstrap.mjs')])
}
await rm(home, { recursive: true, force: true })
if (rows.length === 0 || rows.some(({ ok }) => ok !== true)) process.exitCode = 1
