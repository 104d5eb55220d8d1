#!/usr/bin/env node
// The `poai` command. Plain JavaScript that any Node can parse, so that an old one gets an explanation and not a syntax error.
import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const REQUIRED_NODE_MAJOR = 24
const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** In a checkout the TypeScript sources run as they are; Node runs none below node_modules, where the built files are. */
const isInstalled = /[\\/]node_modules[\\/]/.test(fileURLToPath(import.meta.url))

/** Compiled code is kept: half of a short command's time (measured). In the user's own folder, since what is there is run. */
const codeCache = join(process.env.POAI_HOME ?? join(homedir(), '.poai'), 'cache', 'node')

function runFromSource() {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, main, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: codeCache, ...process.env },
  })
  for (const signal of FORWARDED_SIGNALS) {
    // Ctrl-C in a terminal reaches the child by itself.
    process.on(signal, () => {
      if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal)
    })
  }
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

if (Number.parseInt(process.versions.node, 10) < REQUIRED_NODE_MAJOR) {
  process.stderr.write(
    `poai needs Node ${REQUIRED_NODE_MAJOR} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
      'In a checkout, run it as `npx poai`: npm brings the right Node. Elsewhere install Node 24: https://nodejs.org\n',
  )
  process.exitCode = 3
} else if (isInstalled) {
  await import('../dist/main.js')
} else {
  runFromSource()
}
