import { expect } from 'vitest'
import type { StrangerCase } from './stranger-case.ts'

/** For a test: carries out the small attack; fails with its figures where the bound was not kept. */
export async function expectToHold({ run, bound }: StrangerCase): Promise<void> {
  const { holds, measured } = await run('test')
  expect(holds, `${bound}; measured: ${measured}`).toBe(true)
}
