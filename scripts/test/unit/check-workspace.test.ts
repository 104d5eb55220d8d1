import { describe, expect, it } from 'vitest'
import { checkWorkspace } from '../../layers/check-workspace.ts'
import type { LayerTable } from '../../layers/layer-table.ts'
import type { Manifest, WorkspacePackage } from '../../layers/read-workspace.ts'

const TABLE: LayerTable = { low: 1, left: 2, right: 2, high: 3 }

interface MemberOptions {
  readonly manifest?: Partial<Manifest>
  readonly source?: string
  readonly test?: string
}

function member(folder: string, options: MemberOptions = {}): WorkspacePackage {
  const manifest: Manifest = { name: `@poai/${folder}`, version: '1.0.0', ...options.manifest }
  return {
    folder,
    manifest,
    manifestText: JSON.stringify(manifest, undefined, 2),
    sources: options.source === undefined ? [] : [{ path: `packages/${folder}/src/a/b.ts`, text: options.source }],
    tests: options.test === undefined ? [] : [{ path: `packages/${folder}/test/unit/b.test.ts`, text: options.test }],
  }
}

/** Messages about one package in a workspace where the other packages of the table exist and are in order. */
function messagesFor(subject: WorkspacePackage): string[] {
  const others = [...Object.keys(TABLE), 'testing']
    .filter((folder) => folder !== subject.folder)
    .map((folder) => member(folder))
  const workspace = { packages: [subject, ...others], rootDevDependencies: { vitest: '5.1.1' } }
  return checkWorkspace(workspace, TABLE).map(({ file, line, message }) => `${file}:${line} ${message}`)
}

const dependsOn = (...names: string[]): Partial<Manifest> => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '1.0.0'])),
})

describe('checkWorkspace: package.json', () => {
  it('accepts a dependency on a lower layer', () => {
    expect(messagesFor(member('left', { manifest: dependsOn('@poai/low') }))).toEqual([])
  })

  it.each([
    ['upwards', 'left', 'high', 'left (layer 2) must not depend on high (layer 3): arrows point down only'],
    ['sideways', 'left', 'right', 'left (layer 2) must not depend on right (layer 2): siblings do not know each other'],
    [
      'on testing',
      'high',
      'testing',
      'high (layer 3) must not depend on testing (tests only): move the code that needs it under packages/high/test',
    ],
    ['on nothing known', 'high', 'lost', 'high (layer 3) must not depend on lost (not in the layer table)'],
  ])('rejects a dependency %s', (_title, from, to, message) => {
    expect(messagesFor(member(from, { manifest: dependsOn(`@poai/${to}`) }))).toEqual([
      expect.stringContaining(message),
    ])
  })

  it('allows testing as a development dependency, and testing to depend on every layer', () => {
    expect(messagesFor(member('low', { manifest: { devDependencies: { '@poai/testing': '1.0.0' } } }))).toEqual([])
    expect(messagesFor(member('testing', { manifest: dependsOn('@poai/high', '@poai/low') }))).toEqual([])
  })

  it('rejects a package that the table does not know', () => {
    expect(messagesFor(member('fresh'))).toEqual([
      'packages/fresh/package.json:2 fresh is not in the layer table: give it a row in scripts/check-layers.ts and docs/ARCHITECTURE.md',
    ])
  })

  it('rejects a name that is not that of the folder', () => {
    expect(messagesFor(member('low', { manifest: { name: '@poai/lower' } }))).toEqual([
      'packages/low/package.json:2 the name is @poai/lower, expected @poai/low: packages are named after their folder',
    ])
  })

  it('rejects a range, and a sibling in another version than its own', () => {
    const manifest = { dependencies: { '@poai/low': '1.0.1', ranged: '^1.0.0' } }
    expect(messagesFor(member('left', { manifest }))).toEqual([
      'packages/left/package.json:6 ranged has the range ^1.0.0: name one exact version',
      'packages/left/package.json:5 @poai/low is asked for as 1.0.1, but the workspace has 1.0.0: write that',
    ])
  })
})

describe('checkWorkspace: sources', () => {
  it.each([
    ['a declared lower layer', "import '@poai/low'"],
    ['an entry point of it', "import type { a } from '@poai/low/codec'"],
    ['a declared package', "import 'known'"],
    ['a path of a declared package', "import 'known/deep'"],
    ['a file of its own', "import '../c.ts'"],
    ['a module of Node', "import 'node:fs'"],
    ['an import map name of its own', "import '#platform'"],
  ])('accepts %s', (_title, source) => {
    expect(messagesFor(member('left', { source, manifest: dependsOn('@poai/low', 'known') }))).toEqual([])
  })

  it.each([
    [
      'a higher layer',
      "import '@poai/high'",
      "imports '@poai/high': left (layer 2) must not use high (layer 3); arrows point down only",
    ],
    ['a higher layer for its types', "import type { a } from '@poai/high'", 'must not use high (layer 3)'],
    ['a higher layer when it runs', "await import('@poai/high')", 'must not use high (layer 3)'],
    ['a sibling', "export * from '@poai/right'", 'must not use right (layer 2); siblings do not know each other'],
    ['testing', "import '@poai/testing'", 'must not use testing (tests only); move the code'],
    ['an unknown package of the scope', "import '@poai/lost'", 'must not use lost (not in the layer table)'],
    [
      'an undeclared lower layer',
      "import '@poai/low'",
      'not declared; add "@poai/low" with its exact version to dependencies of packages/left/package.json',
    ],
    ['an undeclared scoped package', "import '@scope/name/deep'", 'not declared; add "@scope/name"'],
    ['a development tool of the root', "import 'vitest'", 'not declared; add "vitest"'],
    ['itself by name', "import '@poai/left'", 'a package must not import itself by name'],
    [
      'a file of another package',
      "import '../../../low/src/a.ts'",
      "leaves packages/left for packages/low; import from '@poai/low'",
    ],
    ['a file of the root', "import '../../../../scripts/a.ts'", 'leaves packages/left; move the file into the package'],
    ['its own tests', "import '../../test/unit/a.ts'", 'sources must not import tests'],
    ['an absolute path', "import '/srv/a.ts'", 'an absolute path exists on one machine only'],
  ])('rejects %s', (_title, source, message) => {
    const messages = messagesFor(member('left', { source }))
    expect(messages).toEqual([expect.stringContaining(message)])
    expect(messages[0]).toMatch(/^packages\/left\/src\/a\/b\.ts:1 imports '/)
  })
})

describe('checkWorkspace: tests', () => {
  it.each([
    [
      'testing that is a development dependency',
      "import '@poai/testing'",
      { devDependencies: { '@poai/testing': '1.0.0' } },
    ],
    ['a development tool of the root', "import 'vitest'", {}],
    ['a declared lower layer', "import '@poai/low'", dependsOn('@poai/low')],
    ['the package itself by name', "import '@poai/left'", {}],
    ['the sources', "import '../../src/a.ts'", {}],
  ])('accepts %s', (_title, test, manifest) => {
    expect(messagesFor(member('left', { test, manifest }))).toEqual([])
  })

  it.each([
    [
      'testing that nobody declared',
      "import '@poai/testing'",
      'add "@poai/testing" with its exact version to devDependencies',
    ],
    ['a higher layer', "import '@poai/high'", 'must not use high (layer 3)'],
    ['sources of another package', "import '../../../low/src/a.ts'", 'leaves packages/left for packages/low'],
  ])('rejects %s', (_title, test, message) => {
    expect(messagesFor(member('left', { test }))).toEqual([expect.stringContaining(message)])
  })
})
