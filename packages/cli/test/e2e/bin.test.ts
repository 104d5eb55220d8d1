import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/poai.mjs', import.meta.url))

/** Makes the Node of the tests say that it is an older one. */
const PRETEND_OLD = [
  '--import',
  "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})",
]

function poai(
  args: readonly string[],
  { nodeFlags = [], program = bin }: { readonly nodeFlags?: readonly string[]; readonly program?: string } = {},
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [...nodeFlags, program, ...args], { encoding: 'utf8' })
}

it('runs from the sources of a checkout', () => {
  const { status, stdout } = poai(['engine', 'domains', '--json'])
  expect(status).toBe(0)
  expect(JSON.parse(stdout).domains.map(({ name }: { name: string }) => name)).toContain('x64-avx2')
})

it('hands on the exit code', () => {
  expect(poai(['bogus']).status).toBe(2)
})

it('hands over to the Node that npm installed under one that is too old', () => {
  expect(poai(['--version'], { nodeFlags: PRETEND_OLD })).toMatchObject({ status: 0, stdout: '0.1.0\n', stderr: '' })
  expect(poai(['bogus'], { nodeFlags: PRETEND_OLD }).status).toBe(2)
})

it('explains itself under a Node that is too old where npm installed none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'poai-bin-'))
  try {
    cpSync(join(bin, '..'), folder, { recursive: true })
    const { status, stderr } = poai(['--version'], { nodeFlags: PRETEND_OLD, program: join(folder, 'poai.mjs') })
    expect(status).toBe(3)
    expect(stderr).toMatch(
      /^poai needs Node 24 or newer: this is Node 20\.20\.2 \(.+\), and npm did not install .+\.\n/,
    )
    expect(stderr).toContain('Install Node 24')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
