import { spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mutation, mutate } from './find-mutations.ts'

const CHECKOUT = join(import.meta.dirname, '..', '..', '..', '..', '..')
/** A comparison that ends a loop, mutated, may never end it. */
const RUN_TIMEOUT_MS = 60_000
/** Windows links folders without special rights only as junctions; elsewhere the type is ignored. */
const LINK_TYPE = 'junction'

/** How the tests took a mutation: the name of a failed test, or undefined if all passed. */
export type CaughtBy = string | undefined

/** A copy of this package that may be damaged; its dependencies are links to the real ones. */
export interface PackageCopy {
  /** Runs the tests under the paths (of the package) with one mutation in place. */
  runTests(paths: readonly string[], mutation?: Mutation): Promise<CaughtBy>
  remove(): void
}

/** Copies what the tests of this package need to a temporary folder. */
export function copyPackage(): PackageCopy {
  const root = mkdtempSync(join(tmpdir(), 'poai-mutations-'))
  for (const path of [
    'packages/consensus',
    'scripts/vitest.config.ts',
    'scripts/vitest',
    'docs/PROTOCOL.md',
    'package.json',
  ])
    cpSync(join(CHECKOUT, path), join(root, path), {
      recursive: true,
      filter: (source) => !/[\\/](?:dist|node_modules)$/.test(source),
    })
  linkDependencies(root)
  return {
    runTests: (paths, mutation) => runTests(root, paths, mutation),
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

function linkDependencies(root: string): void {
  const from = join(CHECKOUT, 'node_modules')
  const to = join(root, 'node_modules')
  mkdirSync(join(to, '@poai'), { recursive: true })
  for (const name of readdirSync(from))
    if (!name.startsWith('.') && name !== '@poai') symlinkSync(join(from, name), join(to, name), LINK_TYPE)
  for (const name of readdirSync(join(CHECKOUT, 'packages')))
    symlinkSync(join(name === 'consensus' ? root : CHECKOUT, 'packages', name), join(to, '@poai', name), LINK_TYPE)
}

async function runTests(root: string, paths: readonly string[], mutation?: Mutation): Promise<CaughtBy> {
  if (mutation === undefined) return runVitest(root, paths)
  const path = join(root, 'packages', 'consensus', mutation.file)
  const source = readFileSync(path, 'utf8')
  writeFileSync(path, mutate(source, mutation))
  try {
    return await runVitest(root, paths)
  } finally {
    writeFileSync(path, source)
  }
}

function runVitest(root: string, paths: readonly string[]): Promise<CaughtBy> {
  const report = join(root, 'report.json')
  rmSync(report, { force: true })
  const args = [
    ...['--conditions=source', join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run'],
    ...['--config', 'scripts/vitest.config.ts', '--project', 'unit', '--project', 'spec'],
    ...['--bail', '1', '--maxWorkers', '1', '--reporter', 'json', '--outputFile', report],
    ...paths.map((path) => `packages/consensus/${path}`),
  ]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'ignore', detached: process.platform !== 'win32' })
    const timer = setTimeout(() => stop(child.pid), RUN_TIMEOUT_MS)
    child.on('error', reject)
    child.on('exit', (code) => {
      clearTimeout(timer)
      if (code === 0) return resolve(undefined)
      resolve(existsSync(report) ? firstFailure(report) : `no end within ${RUN_TIMEOUT_MS / 1000} s`)
    })
  })
}

/** Vitest's workers are its own children: on POSIX the whole group is stopped. */
function stop(pid: number | undefined): void {
  if (pid === undefined) return
  process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

function firstFailure(path: string): string {
  const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Report
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed')
  if (failed !== undefined) return failed.fullName
  return testResults.find(({ message }) => message !== '')?.message.split('\n')[0] ?? 'a failure without a name'
}
