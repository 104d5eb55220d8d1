// docs/CONTRACTS.md shows programs: they must be the ones that the tests run.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MODELS } from '@poai/contracts'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const text = readFileSync(join(ROOT, 'docs/CONTRACTS.md'), 'utf8')

it.each(['ask-viem.ts', 'ask-ethers.ts', 'ask-cast.sh'])('shows %s as it is', (name) => {
  const source = readFileSync(join(ROOT, 'examples/call-model', name), 'utf8')
  // Below the comment that says what it does.
  const program = source.slice(source.indexOf('\n\n') + 2)
  expect(program.length).toBeGreaterThan(100)
  expect(text).toContain(`\n${program}\`\`\`\n`)
  expect(program).toContain(MODELS['quiz-1'])
})

it('tells of every function and every error of the library', () => {
  const library = readFileSync(join(ROOT, 'packages/contracts/solidity/Poai.sol'), 'utf8')
  const functions = [...library.matchAll(/function ([a-z]\w*)\(/g)].map(([, name]) => name)
  const errors = [...library.matchAll(/error (\w+)\(/g)].map(([, name]) => name)
  expect(functions.length).toBeGreaterThan(8)
  expect(errors).toHaveLength(4)
  const missing = [...functions, ...errors].filter((name) => !new RegExp(`\\b${name}\\b`).test(text))
  expect(missing).toEqual([])
})
