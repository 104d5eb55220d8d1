import type { StrangerCase } from './stranger-case.ts'

/** For a test: carries out the small attack, and throws with its figures if the bound was not kept. */
export async function expectToHold({ run, bound }: StrangerCase): Promise<void> {
  const { holds, measured } = await run('test')
  if (!holds) throw new Error(`not kept: ${bound}; measured: ${measured}`)
}
