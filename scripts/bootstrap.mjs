// Entry of every `npm run` task: node scripts/bootstrap.mjs <task> [arguments…]
//
// Runs on Node 20 with nothing installed. It installs the dependencies when they are missing or out of date, among them
// Node 24, and hands over to that Node, which runs the TypeScript sources without a build. See docs/adr/0001 and 0002.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { handOver } from './bootstrap/hand-over.mjs'
import { ensureInstalled, InstallError } from './bootstrap/install.mjs'
import { findNode } from './bootstrap/node-binary.mjs'
import { findTask } from './bootstrap/tasks.mjs'

/**
 * `source` makes the packages of the workspace resolve to their TypeScript. Early versions of Node 24 announce type
 * stripping as experimental on every start; the warning is for authors, not for users.
 */
const NODE_FLAGS = ['--conditions=source', '--disable-warning=ExperimentalWarning']

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** @param {string} problem */
function stop(problem) {
  process.stderr.write(`${problem}\n`)
  process.exit(1)
}

async function main() {
  const [name, ...userArguments] = process.argv.slice(2)
  const task = findTask(root, name)
  if ('problem' in task) return stop(task.problem)
  await ensureInstalled(root)
  const node = findNode(root)
  if ('problem' in node) return stop(node.problem)
  await handOver(node.path, [...NODE_FLAGS, join(root, task.script), ...task.args, ...userArguments], { cwd: root })
}

main().catch((error) => stop(error instanceof InstallError ? error.message : (error?.stack ?? String(error))))
