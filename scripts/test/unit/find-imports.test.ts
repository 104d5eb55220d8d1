// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are TypeScript sources

import { describe, expect, it } from 'vitest'
import { findImports } from '../../layers/find-imports.ts'

const FOUND: readonly (readonly [title: string, source: string])[] = [
  ['a default import', "import a from 'x'"],
  ['named imports over lines', "import {\n  a,\n  b as c,\n} from 'x'"],
  ['a namespace import', "import * as a from 'x'"],
  ['default and named imports', "import a, { type b } from 'x'"],
  ['a side-effect import', "import 'x'"],
  ['a type-only import', "import type { a } from 'x'"],
  ['a name called from', "import { from } from 'x'"],
  ['a type called type', "import type type from 'x'"],
  ['a quoted export name', "import { 'a-b' as c } from 'x'"],
  ['an import with attributes', "import a from 'x' with { type: 'json' }"],
  ['a re-export of names', "export { a, b as default } from 'x'"],
  ['a re-export of everything', "export * from 'x'"],
  ['a re-export as a namespace', "export * as a from 'x'"],
  ['a re-export of types', "export type { a } from 'x'"],
  ['a dynamic import', "const a = await import('x')"],
  ['a dynamic import of a plain template', 'const a = await import(`x`)'],
  ['an import type', "type A = import('x').B"],
  ['typeof an import', "type A = typeof import('x')"],
  ['an import inside a template literal', "const a = `1 ${(await import('x')).b} 2`"],
  ['an import after nested templates', "const a = `${`${{}}`}`\nimport('x')"],
  ['an import after a regular expression', "const a = /[`'/]/\nimport('x')"],
  ['an import after a division', "const a = 4 / 2 / 1\nimport('x')"],
]

const IGNORED: readonly (readonly [title: string, source: string])[] = [
  ['a comment', "// import 'x'\n/* import('x') */"],
  ['a string', 'const a = "import \'x\'"'],
  ['template text', "const a = `import 'x'`"],
  ['import.meta', "const a = import.meta.url + 'x'"],
  ['a method called import', "store.import('x')"],
  ['a declaration that is exported', "export const from = 'x'"],
  ['a local export list before a string', "export { a }\n'x'"],
  ['a computed name', 'import(name)'],
]

describe('findImports', () => {
  it.each(FOUND)('finds %s', (_title, source) => {
    expect(findImports(source).map((site) => site.specifier)).toEqual(['x'])
  })

  it.each(IGNORED)('ignores %s', (_title, source) => {
    expect(findImports(source)).toEqual([])
  })

  it('tells the line of the specifier', () => {
    const source = "// first\nimport a from 'x'\nimport {\n  b,\n} from 'y'\n"
    expect(findImports(source)).toEqual([
      { specifier: 'x', line: 2 },
      { specifier: 'y', line: 5 },
    ])
  })
})
