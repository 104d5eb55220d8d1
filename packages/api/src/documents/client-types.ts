import type { JsonValue } from '@poai/core'
import type { Method } from '../methods/method.ts'
import type { JsonSchema } from '../schema/json-schema.ts'
import { jsDoc } from './js-doc.ts'

const OPENING = `// Made from the table of methods: POAI_WRITE_DOCUMENTS=1 npm test -- documents

import type { Hex, JsonValue } from '@poai/core'

`
const MAX_LINE = 120

/** Whether a type describes what is sent or what comes back: quantities may be sent as any kind of number. */
type Direction = 'sent' | 'received'

/** All methods as a TypeScript module for clients: the arguments and the answer of each. */
export function clientTypes(methods: readonly Pick<Method, 'name' | 'summary' | 'params' | 'result'>[]): string {
  const types = new NamedTypes()
  const members = methods.map(({ name, summary, params, result }) => {
    const sent = params.map((param) => {
      return `${param.name}${param.isRequired ? '' : '?'}: ${types.show(param.shape.schema, 'sent')}`
    })
    return [
      jsDoc(`${summary}.`, '  '),
      `  readonly ${memberName(name)}: {`,
      listOnLines('    readonly params: readonly ', sent),
      `    readonly result: ${types.show(result, 'received')}`,
      '  }',
    ].join('\n')
  })
  const own = methods.filter(({ name }) => name.startsWith('poai_')).map(({ name }) => `  '${name}',\n`)
  return [
    OPENING,
    `/** The chain's own methods. */\nexport const POAI_METHODS = [\n${own.join('')}] as const\n\n`,
    `/** What methods are given, and what they answer. */\nexport interface NodeMethods {\n${members.join('\n')}\n}\n`,
    ...types.declarations.map((text) => `\n${text}\n`),
  ].join('')
}

/** Schemas with a title and parts become types of that name. */
class NamedTypes {
  readonly #declared = new Map<string, string>()

  get declarations(): readonly string[] {
    return [...this.#declared.values()]
  }

  /** A schema as a type expression. */
  show(schema: JsonSchema, direction: Direction, indent = ''): string {
    return this.#alternatives(schema, direction, indent).join(' | ')
  }

  /** The types of a union. */
  #alternatives(schema: JsonSchema, direction: Direction, indent: string): readonly string[] {
    const { title, properties, additionalProperties } = schema
    const parts = partsOf(schema)
    const hasParts = properties !== undefined || typeof additionalProperties === 'object' || parts !== undefined
    if (typeof title === 'string' && hasParts) return [this.#declare(title, schema, direction)]
    return parts === undefined ? this.#plain(schema, direction, indent) : this.#join(parts, direction, indent)
  }

  #declare(title: string, schema: JsonSchema, direction: Direction): string {
    const isAnswer = direction === 'received' && schema['properties'] !== undefined
    const name = `${pascalCase(title)}${isAnswer ? 'Json' : ''}`
    if (this.#declared.has(name)) return name
    // Declared before its parts are shown: they may refer to it.
    this.#declared.set(name, '')
    const parts = partsOf(schema)
    const expression = parts === undefined ? this.#plain(schema, direction, '') : this.#join(parts, direction, '')
    const comment = jsDoc(`${title[0]?.toUpperCase() ?? ''}${title.slice(1)}.`, '')
    this.#declared.set(name, `${comment}\nexport type ${name} = ${expression.join(' | ')}`)
    return name
  }

  #join(parts: readonly JsonSchema[], direction: Direction, indent: string): readonly string[] {
    return [...new Set(parts.flatMap((part) => this.#alternatives(part, direction, indent)))]
  }

  #plain(schema: JsonSchema, direction: Direction, indent: string): readonly string[] {
    const { type, pattern, title } = schema
    if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `'${String(value)}'`)
    if (title === 'quantity' && direction === 'sent') return ['bigint', 'number', 'Hex']
    switch (type) {
      case 'string':
        return [typeof pattern === 'string' && pattern.startsWith('^0x') ? 'Hex' : 'string']
      case 'integer':
      case 'number':
        return ['number']
      case 'boolean':
      case 'null':
        return [type]
      case 'array':
        return [this.#listOf(schema, direction, indent)]
      case 'object':
        return [this.#objectOf(schema, direction, indent)]
      default:
        return ['JsonValue']
    }
  }

  #listOf({ items }: JsonSchema, direction: Direction, indent: string): string {
    if (items === undefined) return 'readonly JsonValue[]'
    const alternatives = this.#alternatives(asSchema(items), direction, indent)
    const joined = alternatives.join(' | ')
    return `readonly ${alternatives.length > 1 || joined.startsWith('readonly') ? `(${joined})` : joined}[]`
  }

  #objectOf({ properties, required, additionalProperties }: JsonSchema, direction: Direction, indent: string): string {
    if (properties === undefined) {
      const values = typeof additionalProperties === 'object' ? asSchema(additionalProperties ?? {}) : {}
      return `{ readonly [key: string]: ${this.show(values, direction, indent)} }`
    }
    const isRequired = new Set(Array.isArray(required) ? required : [])
    const inside = `${indent}  `
    const lines = Object.entries(asSchema(properties)).map(([name, member]) => {
      const expression = this.show(asSchema(member), direction, inside)
      return `${inside}readonly ${memberName(name)}${isRequired.has(name) ? '' : '?'}: ${expression}\n`
    })
    return `{\n${lines.join('')}${indent}}`
  }
}

/** A tuple on one line; if that is too long, with a line for each item. */
function listOnLines(before: string, items: readonly string[]): string {
  const line = `${before}[${items.join(', ')}]`
  return line.length <= MAX_LINE ? line : `${before}[\n${items.map((item) => `      ${item},\n`).join('')}    ]`
}

function memberName(name: string): string {
  return /^[a-zA-Z_]\w*$/.test(name) ? name : `'${name}'`
}

function partsOf({ oneOf, anyOf }: JsonSchema): readonly JsonSchema[] | undefined {
  const parts = oneOf ?? anyOf
  return Array.isArray(parts) ? parts.map(asSchema) : undefined
}

/** An object inside a schema is a schema. */
function asSchema(value: JsonValue | undefined): JsonSchema {
  return value as JsonSchema
}

function pascalCase(title: string): string {
  const words = title.split(/[^a-zA-Z0-9]+/)
  return words.map((word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`).join('')
}
