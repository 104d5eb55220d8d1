import { type Call, type Method, PreparedJson } from '@poai/api'
import type { NodeMethods } from '@poai/api/client'
import { expectAnswer } from './expect-answer.ts'

/** A call of the node's owner, which nobody gives up and nothing interrupts. */
export const OWNERS_CALL: Call = {
  signal: new AbortController().signal,
  charge: () => undefined,
  pause: () => undefined,
  grow: () => undefined,
  session: { isTrusted: true, queue: 'test', closed: new AbortController().signal },
}

/**
 * The answer of one of the methods that a package offers, without a server: arguments are parsed, and the answer is
 * checked, by what the method says of itself.
 */
export async function callMethod<Name extends keyof NodeMethods>(
  methods: readonly Method[],
  name: Name,
  ...given: readonly unknown[]
): Promise<NodeMethods[Name]['result']> {
  const method = methods.find((found) => found.name === name)
  if (method === undefined) throw new RangeError(`nobody offers ${name}`)
  const values = method.params.map(({ shape, name: path }, index) => shape.parse(given[index], path))
  const answered = await method.invoke(values, OWNERS_CALL)
  const answer: unknown = JSON.parse(answered instanceof PreparedJson ? answered.text : JSON.stringify(answered))
  expectAnswer(name, given, answer)
  return answer
}
