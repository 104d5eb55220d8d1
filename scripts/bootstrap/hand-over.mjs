// Replaces this process by another as closely as a parent can: same terminal, same signals, same exit.
import { spawn } from 'node:child_process'

/** @type {readonly NodeJS.Signals[]} */
const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a command with this process's terminal until it ends, passes signals on, and then ends this process the same
 * way.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string }} options
 * @returns {Promise<void>} settles only when the command cannot be started
 */
export function handOver(command, args, options) {
  return new Promise((_resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, stdio: 'inherit' })
    for (const signal of FORWARDED_SIGNALS) {
      process.on(signal, () => {
        // Ctrl-C in a terminal reaches the child by itself; a second one would read as "stop at once".
        if (signal === 'SIGINT' && process.stdin.isTTY === true) return
        child.kill(signal)
      })
    }
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (signal === null) process.exit(code ?? 1)
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    })
  })
}
