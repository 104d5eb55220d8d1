import { expect, it } from 'vitest'
import { checkExamples } from '../../layers/check-examples.ts'
import type { Manifest, WorkspacePackage } from '../../layers/read-workspace.ts'

function member(folder: string, manifest: Partial<Manifest> = {}): WorkspacePackage {
  const whole = { name: `@poai/${folder}`, version: '1.0.0', ...manifest }
  return { folder, manifest: whole, manifestText: '', sources: [], tests: [] }
}

const WORKSPACE = { packages: [member('low'), member('testing', { private: true })], rootDevDependencies: {} }

function messagesFor(dependencies: Readonly<Record<string, string>>, text: string = ''): readonly string[] {
  const manifest = { dependencies }
  const sources = [{ path: 'examples/one/main.ts', text }]
  const faults = checkExamples({ manifest, manifestText: JSON.stringify(manifest), sources }, WORKSPACE)
  return faults.map(({ file, line, message }) => `${file}:${line} ${message}`)
}

it('lets an example import what it declares, what Node has, and its own files', () => {
  const text = "import '@poai/low/part'\nimport 'viem'\nimport 'node:fs'\nimport './other.ts'\n"
  expect(messagesFor({ '@poai/low': '1.0.0', viem: '2.0.0' }, text)).toEqual([])
})

it.each([
  ['a package that nobody can install', { '@poai/testing': '1.0.0' }, '', '@poai/testing is not published'],
  ['another version', { '@poai/low': '0.9.0' }, '', 'is asked for as 0.9.0, but the workspace has 1.0.0'],
  ['a range', { viem: '^2.0.0' }, '', 'viem has the range ^2.0.0'],
  ['what it does not declare', {}, "\nimport 'viem'", "main.ts:2 imports 'viem': not declared"],
  ['a file of another example', {}, "import '../two/main.ts'", 'leaves examples/one'],
  ['a file of a package', {}, "import '../../packages/low/src/index.ts'", 'leaves examples/one'],
])('stops %s', (_what, dependencies, text, message) => {
  expect(messagesFor(dependencies, text)).toEqual([expect.stringContaining(message)])
})
