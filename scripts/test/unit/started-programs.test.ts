import { join } from 'node:path'
import { expect, it } from 'vitest'
import { followStartedPrograms } from '../../vitest/started-programs.ts'

const HERE = join(import.meta.dirname, 'a-test.ts')
const { transform } = followStartedPrograms()

it('follows the path of a program, and leaves the module as it is up to there', () => {
  const code = "fork(join(import.meta.dirname, 'started-programs.test.ts'))\nspawn(new URL('../../check.ts', url))"
  expect(transform(code, HERE)).toBe(
    `${code}\n;() => [import("./started-programs.test.ts"), import("../../check.ts")]\n`,
  )
})

it.each([
  ['a text that is no path of a file', "name('nothing-here.ts')"],
  ['a file that is no source', "read('../../tsconfig.json')"],
])('leaves %s alone', (_what, code) => {
  expect(transform(code, HERE)).toBeUndefined()
})

it('leaves dependencies alone', () => {
  expect(transform("import './started-programs.test.ts'", '/somewhere/node_modules/a/index.mjs')).toBeUndefined()
})
