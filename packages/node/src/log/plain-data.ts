import { AppError, bytesToHex, defined, type LogData, RuleError } from '@poai/core'

/** How deep a log looks into values: our data is flat, but errors have causes. */
const MAX_DEPTH = 4
/** How many elements of a list a log shows. */
const MAX_ELEMENTS = 32

/** The same data as JSON can hold it: large integers as text, bytes as hexadecimal, errors with their causes. */
export function plainData(data: LogData): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, plainValue(value, MAX_DEPTH)]))
}

function plainValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return plainInteger(value)
  if (value instanceof Uint8Array) return bytesToHex(value)
  if (value instanceof Error) return plainError(value, depth)
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '(function)' : value
  if (depth === 0) return '(more)'
  if (Array.isArray(value)) return value.slice(0, MAX_ELEMENTS).map((element) => plainValue(element, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainValue(member, depth - 1)]))
}

function plainInteger(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

function plainError(error: Error, depth: number): Readonly<Record<string, unknown>> {
  const { name, message, stack, cause } = error
  return defined({
    name,
    code: 'code' in error ? String(error.code) : undefined,
    message,
    // Our own errors are expected and say where they come from; others are bugs, and the stack is the only clue.
    ...(error instanceof AppError || error instanceof RuleError ? plainMismatch(error) : { stack }),
    cause: cause === undefined || depth === 0 ? undefined : plainValue(cause, depth - 1),
  })
}

function plainMismatch(error: AppError | RuleError): Readonly<Record<string, string | undefined>> {
  const { expected, actual } = error
  return {
    expected: expected === undefined ? undefined : String(expected),
    actual: actual === undefined ? undefined : String(actual),
    hint: error instanceof AppError ? error.hint : undefined,
  }
}
