import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const bin = fileURLToPath(new URL('../../bin/poai.mjs', import.meta.url))

function poai(
  args: readonly string[],
  nodeFlags: readonly string[] = [],
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [...nodeFlags, bin, ...args], { encoding: 'utf8' })
}

it('runs from the sources of a checkout', () => {
  const { status, stdout } = poai(['engine', 'domains', '--json'])
  expect(status).toBe(0)
  expect(JSON.parse(stdout).domains.map(({ name }: { name: string }) => name)).toContain('x64-avx2')
})

it('hands on the exit code', () => {
  expect(poai(['bogus']).status).toBe(2)
})

it('explains itself under a Node that is too old', () => {
  const pretend = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'20.20.2'})"
  const { status, stderr } = poai(['--version'], ['--import', pretend])
  expect(status).toBe(3)
  expect(stderr).toContain('poai needs Node 24 or newer; this is Node 20.20.2')
  expect(stderr).toContain('npx poai')
})
