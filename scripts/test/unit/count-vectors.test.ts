import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { countVectors } from '../../spec/count-vectors.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'poai-vectors-'))
  for (const name of ['a', 'b', 'c'])
    mkdirSync(join(root, 'packages', name, 'test', 'spec', 'vectors'), { recursive: true })
  mkdirSync(join(root, 'packages', 'without'))
})

afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(name: string, file: string, content: string): void {
  writeFileSync(join(root, 'packages', name, 'test', 'spec', 'vectors', file), content)
}

it('counts the entries of top-level lists in vector files', () => {
  write('a', 'one.vectors.json', '{"runs": {"x": [1, 2, 3]}, "vectors": [{"deep": [1, 2]}, {}], "others": [1]}')
  write('b', 'two.vectors.json', '{"vectors": [1]}')
  write('b', 'notes.json', '{"vectors": [1, 2, 3]}')
  expect(countVectors(root)).toEqual({ files: 2, vectors: 4 })
})

it('refuses a file that it cannot count', () => {
  write('a', 'odd.vectors.json', '7')
  expect(() => countVectors(root)).toThrow(/odd\.vectors\.json is not an object/)
})
