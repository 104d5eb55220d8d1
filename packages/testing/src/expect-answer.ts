import { ANSWERS, type NodeMethods } from '@poai/api/client'
import { Ajv, type ValidateFunction } from 'ajv'
import { expect } from 'vitest'

const ajv = new Ajv({ allErrors: true, strict: false })
const schemas: ReadonlyMap<string, object> = new Map(Object.entries(ANSWERS))
const compiled = new Map<string, ValidateFunction>()

/** Fails unless the result of a call is exactly what its method says that it answers. */
export function expectAnswer<Name extends string>(
  method: Name,
  params: readonly unknown[],
  result: unknown,
): asserts result is Name extends keyof NodeMethods ? NodeMethods[Name]['result'] : unknown {
  const judge = judgeOf(method)
  const question = `${method}(${JSON.stringify(params)})`
  expect(judge?.(result) ?? true, `${question}: ${ajv.errorsText(judge?.errors)} in ${JSON.stringify(result)}`).toBe(
    true,
  )
}

function judgeOf(method: string): ValidateFunction | undefined {
  const known = compiled.get(method)
  const schema = schemas.get(method)
  if (known !== undefined || schema === undefined) return known
  const judge = ajv.compile(schema)
  compiled.set(method, judge)
  return judge
}
