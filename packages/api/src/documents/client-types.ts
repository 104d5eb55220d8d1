import type { JsonValue } from '@poai/core'
import type { Method } from '../methods/method.ts'
import type { JsonSchema } from '../schema/shape.ts'

const OPENING = `// Made from the table of methods: POAI_WRITE_DOCUMENTS=1 npm test -- client-types

import type { Hex, JsonValue } from '@poai/core'

`

/** Whether a type is of what is sent or of what comes back: numbers may be sent as any of a program's own. */
type Direction = 'sent' | 'received'

/** The chain's own methods as a TypeScript module for clients. */
export function clientTypes(methods: readonly Pick<Method, 'name' | 'summary' | 'params' | 'result'>[]): string {
  const own = methods.filter(({ name }) => name.startsWith('poai_'))
  const types = new NamedTypes()
  const members = own.map(({ name, summary, params, result }) => {
    const sent = params.map((param) => {
      return `${param.name}${param.isRequired ? '' : '?'}: ${types.show(param.shape.schema, 'sent')}`
    })
    return [
      `  /** ${summary}. */`,
      `  readonly ${name}: {`,
      `    readonly params: readonly [${sent.join(', ')}]`,
      `    readonly result: ${types.show(result, 'received')}`,
      '  }',
    ].join('\n')
  })
  const names = own.map(({ name }) => `  '${name}',\n`).join('')
  return [
    OPENING,
    `/** The chain's own methods. */\nexport const POAI_METHODS = [\n${names}] as const\n\n`,
    `/** What they are given, and what they answer. */\nexport interface PoaiRpc {\n${members.join('\n')}\n}\n`,
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
  show(schema: JsonSchema, direction: Direction): string {
    const { title, properties } = schema
    const parts = partsOf(schema)
    if (typeof title !== 'string' || (properties === undefined && parts === undefined)) {
      return this.#expressionOf(schema, direction, '')
    }
    const name = pascalCase(title)
    if (!this.#declared.has(name)) {
      // Known before its parts are: they may name it.
      this.#declared.set(name, '')
      const opening = `/** ${title[0]?.toUpperCase() ?? ''}${title.slice(1)}. */\nexport `
      const expression = this.#expressionOf(schema, direction, '')
      const isObject = properties !== undefined
      this.#declared.set(name, `${opening}${isObject ? `interface ${name} ` : `type ${name} = `}${expression}`)
    }
    return name
  }

  #expressionOf(schema: JsonSchema, direction: Direction, indent: string): string {
    const { type, properties, items, pattern, title } = schema
    const parts = partsOf(schema)
    if (parts !== undefined) return this.#unionOf(parts, direction)
    if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `'${String(value)}'`).join(' | ')
    if (title === 'quantity' && direction === 'sent') return 'bigint | number | Hex'
    if (type === 'string') return pattern === undefined ? 'string' : 'Hex'
    if (type === 'integer' || type === 'number') return 'number'
    if (type === 'boolean' || type === 'null') return type
    if (type === 'array')
      return items === undefined ? 'readonly JsonValue[]' : this.#listOf(asSchema(items), direction, indent)
    if (type !== 'object') return 'JsonValue'
    if (properties === undefined) return '{ readonly [key: string]: JsonValue }'
    return this.#objectOf(schema, direction, indent)
  }

  #unionOf(parts: readonly JsonSchema[], direction: Direction): string {
    const shown = parts.flatMap((part) => this.show(part, direction).split(' | '))
    return [...new Set(shown)].join(' | ')
  }

  #listOf(items: JsonSchema, direction: Direction, indent: string): string {
    const expression = this.#expressionOf(items, direction, indent)
    const isUnion = !expression.startsWith('{') && expression.includes(' | ')
    return `readonly ${isUnion ? `(${expression})` : expression}[]`
  }

  #objectOf({ properties, required }: JsonSchema, direction: Direction, indent: string): string {
    const isRequired = new Set(required as readonly string[])
    const inside = `${indent}  `
    const lines = Object.entries(asSchema(properties)).map(([name, member]) => {
      const expression = this.#expressionOf(asSchema(member), direction, inside)
      return `${inside}readonly ${name}${isRequired.has(name) ? '' : '?'}: ${expression}\n`
    })
    return `{\n${lines.join('')}${indent}}`
  }
}

function partsOf({ oneOf, anyOf }: JsonSchema): readonly JsonSchema[] | undefined {
  const parts = oneOf ?? anyOf
  return Array.isArray(parts) ? parts.map(asSchema) : undefined
}

/** Schemas hold schemas where they hold objects. */
function asSchema(value: JsonValue | undefined): JsonSchema {
  return value as JsonSchema
}

function pascalCase(title: string): string {
  const words = title.split(/[^a-zA-Z0-9]+/)
  return words.map((word) => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`).join('')
}
