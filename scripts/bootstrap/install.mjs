// Installs the dependencies once, quietly, with the npm that was called.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { withLock } from './install-lock.mjs'
import { installReason, writeStamp } from './install-state.mjs'
import { createProgress } from './progress.mjs'

/**
 * `--ignore-scripts` because no dependency needs one here, and npm 12 forbids them. Development and optional packages
 * are asked for by name, so that NODE_ENV=production or an `omit` in the user's settings cannot leave the tools out.
 */
const INSTALL_ARGUMENTS = [
  'ci',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  '--include=dev',
  '--include=optional',
]

/** Only the end of npm's output explains a failure; the bound keeps a flood of warnings out of memory. */
const KEPT_OUTPUT_CHARS = 16_384

/** @type {readonly NodeJS.Signals[]} */
const INTERRUPTING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** What went wrong, judging by what npm printed, and what to do about it. The first match is shown. */
const HINTS = /** @type {const} */ ([
  [
    /EUSAGE|in sync/,
    'package-lock.json does not match a package.json: run "npm install --ignore-scripts" and try again.',
  ],
  [/ENOSPC/, 'the disk is full: about 1 GB is needed for node_modules and the cache of npm.'],
  [
    /EINTEGRITY/,
    'a downloaded package has the wrong hash: run "npm cache verify" and try again; if it stays, do not trust the registry.',
  ],
  [/E401|E403|ENEEDAUTH/, 'the registry refused access: look at "npm config get registry" and your login.'],
  [
    /E404|ETARGET/,
    'the registry does not have a version that package-lock.json names: look at "npm config get registry" (an outdated mirror?).',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|ERR_SOCKET|network/i,
    'the package registry cannot be reached: are you offline, or behind a proxy ("npm config set proxy")?',
  ],
  [
    /CERT|certificate/i,
    'the registry has a certificate that Node does not trust: set NODE_EXTRA_CA_CERTS to the file of your organisation.',
  ],
  [/EACCES|EPERM|EROFS/, 'no permission to write node_modules: who owns this folder?'],
])

/** The dependencies could not be installed; the message is ready to be shown. */
export class InstallError extends Error {
  /** @override */
  name = 'InstallError'
}

/**
 * Makes node_modules match the lock file; does nothing when it does already. Safe to call from several processes at
 * once.
 * @param {string} root the checkout
 * @returns {Promise<void>}
 */
export async function ensureInstalled(root) {
  if (installReason(root) === undefined) return
  await withLock(
    join(root, '.cache', 'install.lock'),
    async () => {
      // Whoever held the lock before us has probably done the work.
      const reason = installReason(root)
      if (reason === undefined) return
      await install(root, reason)
    },
    (owner) =>
      process.stderr.write(`Waiting for process ${owner.pid} on ${owner.host}, which installs the dependencies\n`),
  )
}

/**
 * @param {string} root
 * @param {string} reason
 */
async function install(root, reason) {
  const progress = createProgress(process.stderr, `Installing dependencies: ${reason}`)
  moveRunningBinaryAside(root)
  const { command, prefix, shell } = npmCommand()
  const { code, output, wasInterrupted } = await runCaptured(command, [...prefix, ...INSTALL_ARGUMENTS], {
    cwd: root,
    shell,
  })
  if (wasInterrupted) {
    progress.fail('Installing dependencies was interrupted')
    throw new InstallError('Run the same command again to finish it.')
  }
  if (code !== 0) {
    progress.fail('Installing dependencies failed')
    const hint = explainFailure(output)
    throw new InstallError(
      `${output.trim()}\n\nnpm ci failed (${code}).${hint === undefined ? '' : ` Likely cause: ${hint}`}`,
    )
  }
  writeStamp(root)
  progress.succeed('Dependencies installed')
}

/**
 * A sentence about the likely cause of a failed installation, from what npm printed; undefined when it is not a known
 * one.
 * @param {string} output
 * @returns {string | undefined}
 */
export function explainFailure(output) {
  return HINTS.find(([pattern]) => pattern.test(output))?.[1]
}

/**
 * How to start npm: the very one that runs this script when there is one, else the one beside this Node, else that of
 * PATH.
 * @param {{ env?: NodeJS.ProcessEnv, execPath?: string, platform?: string }} [machine] for tests
 * @returns {{ command: string, prefix: string[], shell: boolean }}
 */
export function npmCommand(machine = {}) {
  const { env = process.env, execPath = process.execPath, platform = process.platform } = machine
  // npm_node_execpath is the Node that runs npm; ours may lie inside the node_modules that is about to be replaced.
  const node = env['npm_node_execpath'] ?? execPath
  const candidates = [
    env['npm_execpath'],
    join(dirname(node), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(node), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const script = candidates.find((path) => path !== undefined && basename(path) === 'npm-cli.js' && existsSync(path))
  if (script !== undefined) return { command: node, prefix: [script], shell: false }
  // Node starts .cmd files through a shell only. The arguments are constants, so there is nothing to escape.
  return platform === 'win32'
    ? { command: 'npm.cmd', prefix: [], shell: true }
    : { command: 'npm', prefix: [], shell: false }
}

/**
 * Windows cannot delete a program that runs, but it can rename it: npm would fail on the Node that runs this script.
 * @param {string} root
 */
function moveRunningBinaryAside(root) {
  if (process.platform !== 'win32' || !process.execPath.startsWith(join(root, 'node_modules') + sep)) return
  mkdirSync(join(root, '.cache'), { recursive: true })
  renameSync(process.execPath, join(root, '.cache', `node-${process.pid}.exe`))
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, shell: boolean }} options
 * @returns {Promise<{ code: number | string, output: string, wasInterrupted: boolean }>}
 */
function runCaptured(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    let output = ''
    let wasInterrupted = false
    // The lock is released only after npm has ended: an orphan would go on writing under the next owner.
    /** @param {NodeJS.Signals} signal */
    const interrupt = (signal) => {
      wasInterrupted = true
      child.kill(signal)
    }
    for (const signal of INTERRUPTING_SIGNALS) process.on(signal, interrupt)
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT_CHARS)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => resolve({ code: 'cannot start npm', output: error.message, wasInterrupted }))
    child.on('close', (code, signal) => {
      for (const name of INTERRUPTING_SIGNALS) process.removeListener(name, interrupt)
      resolve({ code: code ?? signal ?? 'unknown', output, wasInterrupted })
    })
  })
}
