#!/usr/bin/env node
// The `poai` command. Plain JavaScript that an old Node can parse: it hands over to the Node 24 that npm installed with
// it.
import { spawn } from 'node:child_process'
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isRecentNode, packagedNode, REQUIRED_NODE_MAJOR } from './packaged-node.mjs'

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Of a program that something around it kept from running; as in `src/exit-codes.ts`. */
const EXIT_FAILED = 3

/**
 * In a checkout the TypeScript sources run as they are; Node runs none below node_modules, where the built files are.
 */
const isInstalled = /[\\/]node_modules[\\/]/.test(fileURLToPath(import.meta.url))

/**
 * Compiled code is kept: half of a short command's time (measured). In the user's own folder, since what is there is
 * run.
 */
const codeCache = join(process.env.POAI_HOME ?? join(homedir(), '.poai'), 'cache', 'node')

const SOURCE_FLAGS = ['--conditions=source', '--disable-warning=ExperimentalWarning']

/**
 * Replaces this process by another as closely as a parent can: same terminal, same signals, same exit.
 * @param {string} node
 * @param {readonly string[]} args
 */
function handOver(node, args) {
  const child = spawn(node, [...args, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: codeCache, ...process.env },
  })
  for (const signal of FORWARDED_SIGNALS) {
    // Ctrl-C in a terminal reaches the child by itself.
    process.on(signal, () => {
      if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal)
    })
  }
  child.on('error', (error) => giveUp(`the Node that npm installed does not start here (${error.message})`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/** @param {string} cause */
function giveUp(cause) {
  process.stderr.write(
    `poai needs Node ${REQUIRED_NODE_MAJOR} or newer: this is Node ${process.versions.node} (${process.execPath}), and ${cause}.\n` +
      `Install Node ${REQUIRED_NODE_MAJOR} (https://nodejs.org) and run the same command again.\n`,
  )
  process.exitCode = EXIT_FAILED
}

/** A file of this package, whether built or not. */
const inPackage = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url))

/** Of another Node: the sources, or this file again, which then imports what is built. */
const program = isInstalled ? [inPackage('./poai.mjs')] : [...SOURCE_FLAGS, inPackage('../src/main.ts')]

if (!isRecentNode(process.versions.node)) {
  const node = packagedNode()
  if ('problem' in node) giveUp(node.problem)
  else handOver(node.path, program)
} else if (isInstalled) {
  if (process.env.NODE_COMPILE_CACHE === undefined) module.enableCompileCache?.(codeCache)
  await import('../dist/main.js')
} else {
  handOver(process.execPath, program)
}
