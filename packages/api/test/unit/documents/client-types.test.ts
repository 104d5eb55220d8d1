import { expect, it } from 'vitest'
import { clientAnswers } from '../../../src/documents/client-answers.ts'
import { clientTypes } from '../../../src/documents/client-types.ts'
import { type Method, method } from '../../../src/methods/method.ts'
import { blockNumber, count } from '../../../src/schema/ethereum-shapes.ts'
import {
  exactly,
  type JsonSchema,
  listSchema,
  mapOf,
  named,
  oneWordOf,
  orNull,
} from '../../../src/schema/json-schema.ts'
import { any, flag, quantity, text } from '../../../src/schema/scalars.ts'
import { optional, required } from '../../../src/schema/shape.ts'

function answering(result: JsonSchema, name = 'test_get'): Method {
  return method({ name, summary: 'Tells', params: [], result, run: () => null })
}

/** The type that a client sees of an answer. */
function typeOf(result: JsonSchema): string {
  const [, type = ''] = /readonly result: ([\s\S]*?)\n {2}\}\n\}/.exec(clientTypes([answering(result)])) ?? []
  return type
}

it.each([
  [quantity, 'Hex'],
  [text, 'string'],
  [any, 'JsonValue'],
  [orNull(flag), 'boolean | null'],
  [oneWordOf(['in', 'out']), "'in' | 'out'"],
  [listSchema(orNull(quantity)), 'readonly (Hex | null)[]'],
  [listSchema(listSchema(quantity)), 'readonly (readonly Hex[])[]'],
  [mapOf(text), '{ readonly [key: string]: string }'],
  [{ anyOf: [quantity, { type: 'string', pattern: '^0x' }] }, 'Hex'],
])('shows %j as %s', (schema, type) => {
  expect(typeOf(schema)).toBe(type)
})

it('declares what has a name once, and its parts before others need them', () => {
  const peer = named('known peer', exactly({ id: text, lastSeen: quantity }, ['lastSeen']))
  const types = clientTypes([answering(listSchema(peer)), answering(orNull(peer), 'test_find')])
  expect(types).toContain('readonly result: readonly KnownPeerJson[]')
  expect(types).toContain('readonly result: KnownPeerJson | null')
  expect(
    types.match(/export type KnownPeerJson = \{\n {2}readonly id: string\n {2}readonly lastSeen\?: Hex\n\}/g),
  ).toHaveLength(1)
})

it('takes numbers of any kind where quantities are sent', () => {
  const params = [required('block', blockNumber), optional('index', count)] as const
  const types = clientTypes([method({ name: 'test_at', summary: 'Tells', params, result: text, run: () => '' })])
  expect(types).toContain('readonly params: readonly [block: BlockNumberOrTag, index?: bigint | number | Hex]')
  expect(types).toContain("export type BlockNumberOrTag = bigint | number | Hex | 'latest'")
})

it('keeps to the width of a line', () => {
  const summary = 'many words '.repeat(40).trim()
  const params = Array.from({ length: 20 }, (_, index) => required(`argument${index}`, count))
  const types = clientTypes([method({ name: 'test_long', summary, params, result: text, run: () => '' })])
  for (const line of types.split('\n')) expect(line.length).toBeLessThanOrEqual(120)
  expect(types.replaceAll(/\s+\*?\s*/g, ' ')).toContain(summary)
})

it('refuses an answer whose schema has no name, for clients could not check it', () => {
  expect(clientAnswers([answering(orNull(quantity))])).toContain('  test_get: orNull(RESULTS.quantity),\n')
  expect(() => clientAnswers([answering(exactly({ a: text }))])).toThrow(/the answer of test_get has no name/)
})
