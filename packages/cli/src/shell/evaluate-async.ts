import { compileFunction } from 'node:vm'
import { UsageError } from '../report-error.ts'

/** Evaluates an expression, or statements that `return`, with some names in scope. `await` works. */
export async function evaluateAsync(code: string, names: Readonly<Record<string, unknown>>): Promise<unknown> {
  const run =
    compile(`return (async () => (${code}\n))()`, names) ?? compile(`return (async () => { ${code}\n })()`, names)
  if (run === undefined)
    throw new UsageError('this is not JavaScript', 'give an expression, like await provider.getBlockNumber()')
  return run(...Object.values(names))
}

function compile(
  body: string,
  names: Readonly<Record<string, unknown>>,
): ((...values: unknown[]) => unknown) | undefined {
  try {
    return compileFunction(body, Object.keys(names)) as (...values: unknown[]) => unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
