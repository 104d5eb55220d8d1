import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { TASKS } from '../bootstrap/tasks.mjs'
import { type CheckoutCopy, copyCheckout } from './support/copy-checkout.ts'
import { runNode } from './support/run-node.ts'

let copy: CheckoutCopy

beforeAll(() => {
  copy = copyCheckout()
  const git = (...args: readonly string[]): void =>
    void execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: copy.root })
  git('add', '--all')
  git('commit', '--quiet', '--message', 'all')
})

afterAll(() => copy.remove())

/** Test files that `npm test` with these arguments would run. */
async function filesOf(...args: readonly string[]): Promise<readonly string[]> {
  const [, ...config] = TASKS['test']?.args ?? []
  const vitest = [TASKS['test']?.script ?? '', 'list', '--filesOnly', ...config, ...args]
  const { code, output } = await runNode(['--conditions=source', ...vitest], { cwd: copy.root })
  expect(code, output).toBe(0)
  return output.split('\n').map((line) => line.replace(/^\[\w+\] /, ''))
}

it('npm test -- --changed runs what imports a change, in any package, and what starts a program of it', async () => {
  appendFileSync(join(copy.root, 'packages/p2p/src/index.ts'), '// changed\n')
  const files = await filesOf('--changed', '--project', 'unit', '--project', 'e2e')
  expect(files).toEqual(
    expect.arrayContaining([
      'packages/cli/test/unit/run-cli.test.ts',
      // It starts `poai` and imports nothing of it.
      'packages/cli/test/e2e/node.test.ts',
    ]),
  )
  expect(files.filter((file) => /^packages\/(core|storage|execution)\//.test(file))).toEqual([])
})
