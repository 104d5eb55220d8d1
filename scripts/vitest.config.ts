import { join } from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { followStartedPrograms } from './vitest/started-programs.ts'

/**
 * Budgets of one test or hook. A unit test touches no disk and no network, so seconds mean a hang; a real model answers
 * in seconds on one loaded core, and several nodes need to find blocks.
 */
const UNIT_TIMEOUT_MS = 20_000
const E2E_TIMEOUT_MS = 180_000
const MODEL_TIMEOUT_MS = 300_000

interface ProjectOptions {
  readonly timeoutMs: number
  /** Projects with a higher number start after those with a lower one have ended. */
  readonly order: number
  readonly maxWorkers?: number
  /**
   * Files share the modules that they import, for tests of what keeps nothing in them: loading them anew for each file
   * takes three quarters of the time (measured). Default false.
   */
  readonly sharesModules?: boolean
  /** Test files beside those of the folder that the project is named after. */
  readonly alsoInclude?: readonly string[]
}

/** A project runs the folders `test/<name>` of every package, model and of the scripts. */
function project(name: string, options: ProjectOptions): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [
        `{packages,models}/*/test/${name}/**/*.test.ts`,
        `scripts/test/${name}/**/*.test.ts`,
        ...(options.alsoInclude ?? []),
      ],
      testTimeout: options.timeoutMs,
      hookTimeout: options.timeoutMs,
      sequence: { groupOrder: options.order },
      isolate: options.sharesModules !== true,
      ...(options.maxWorkers === undefined ? {} : { maxWorkers: options.maxWorkers }),
    },
  }
}

/** All tests of the workspace: `npm test`, or one project: `npm test -- --project unit`. */
export default defineConfig({
  root: join(import.meta.dirname, '..'),
  // Of use to `npm test -- --changed` alone.
  plugins: process.argv.some((argument) => argument.startsWith('--changed')) ? [followStartedPrograms()] : [],
  // Packages of the workspace resolve to their TypeScript, in the tests themselves and in what they start.
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    pool: 'forks',
    execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
    // Nodes that tests start have homes of their own: each would compile the native engine in the background, and
    // finish when the test is over.
    env: { POAI_ENGINE: 'wasm' },
    passWithNoTests: true,
    restoreMocks: true,
    projects: [
      project('unit', { timeoutMs: UNIT_TIMEOUT_MS, order: 0, sharesModules: true }),
      project('spec', { timeoutMs: UNIT_TIMEOUT_MS, order: 0, sharesModules: true }),
      project('attack', { timeoutMs: E2E_TIMEOUT_MS, order: 0 }),
      project('e2e', { timeoutMs: E2E_TIMEOUT_MS, order: 1, alsoInclude: ['scripts/test/*.test.ts'] }),
      // Every model test fills the machine's cores by itself: side by side they only make each other time out.
      project('model', { timeoutMs: MODEL_TIMEOUT_MS, order: 2, maxWorkers: 1 }),
      // What users see of a real node with a real model, as it was when it was recorded.
      project('recorded', { timeoutMs: MODEL_TIMEOUT_MS, order: 2, maxWorkers: 1 }),
    ],
  },
})
