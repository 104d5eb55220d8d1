// What each `npm run` name starts.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * A task is one module, run by the project's Node, with fixed arguments before the user's. If the module can exist
 * before what the task is for, `needs` names the file that is still to come.
 * @typedef {{ script: string, args: readonly string[], needs?: string }} Task
 */

const VITEST = 'node_modules/vitest/vitest.mjs'
const VITEST_RUN = ['run', '--config', 'scripts/vitest.config.ts']

/** @type {Readonly<Record<string, Task>>} */
export const TASKS = Object.freeze({
  test: { script: VITEST, args: VITEST_RUN },
  spec: { script: 'scripts/spec.ts', args: [] },
  check: { script: 'scripts/check.ts', args: [] },
  fix: { script: 'scripts/fix.ts', args: [] },
  build: { script: 'scripts/build.ts', args: [] },
  engine: { script: 'scripts/build-engine.ts', args: [] },
  bench: { script: 'scripts/bench.ts', args: [] },
  fuzz: { script: 'scripts/fuzz.ts', args: [] },
  evidence: { script: 'scripts/evidence.ts', args: [] },
  contracts: { script: 'packages/contracts/test/support/write-artifacts.ts', args: [] },
  shots: { script: 'packages/explorer/test/shots.ts', args: [] },
  testnet: { script: 'packages/cli/src/main.ts', args: ['testnet'], needs: 'packages/cli/src/commands/testnet.ts' },
})

/**
 * The task of a name, or one line that says why there is none.
 * @param {string} root the checkout
 * @param {string | undefined} name
 * @returns {Task | { problem: string }}
 */
export function findTask(root, name) {
  const task = name !== undefined && Object.hasOwn(TASKS, name) ? TASKS[name] : undefined
  if (task === undefined) {
    return { problem: `Unknown task ${JSON.stringify(name ?? '')}. Known: ${Object.keys(TASKS).join(', ')}.` }
  }
  const needed = task.needs ?? task.script
  if (!needed.startsWith('node_modules/') && !existsSync(join(root, needed))) {
    return { problem: `npm run ${name}: not part of this version yet (${needed} does not exist).` }
  }
  return task
}
