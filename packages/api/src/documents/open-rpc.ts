import type { OpenRpcDocumentJson } from '../client/node-methods.ts'
import type { Method } from '../methods/method.ts'
import type { JsonSchema } from '../schema/json-schema.ts'

/** The version of OpenRPC that the document follows. */
const OPEN_RPC_VERSION = '1.3.2'

/** What a method is, for programs that read OpenRPC. */
type Described = Pick<Method, 'name' | 'summary' | 'params' | 'result'>

/** The OpenRPC document of a table of methods: what `rpc.discover` answers. */
export function openRpcDocument(methods: readonly Described[], version: string): OpenRpcDocumentJson {
  return {
    openrpc: OPEN_RPC_VERSION,
    info: { title: 'poai JSON-RPC', version },
    methods: methods.map(({ name, summary, params, result }) => ({
      name,
      summary,
      paramStructure: 'by-position',
      params: params.map((param) => ({ name: param.name, required: param.isRequired, schema: param.shape.schema })),
      result: { name: 'result', schema: result },
    })),
  }
}

/** The same for people: a table for each namespace. */
export function methodsToMarkdown(methods: readonly Described[], notes: ReadonlyMap<string, string>): string {
  const namespaces = Map.groupBy(methods, ({ name }) => name.split(/[_.]/, 1)[0] ?? name)
  const sections = [...namespaces].map(([namespace, members]) => {
    const rows = members.map(({ name, params, result, summary }) => {
      const named = params.map((param) => (param.isRequired ? param.name : `${param.name}?`)).join(', ')
      return `| \`${name}(${named})\` | ${nameOf(result)} | ${summary} |`
    })
    const note = notes.get(namespace)
    return [
      `## ${namespace}_`,
      ...(note === undefined ? [] : ['', note]),
      '',
      '| method | result | |',
      '| --- | --- | --- |',
      ...rows,
    ].join('\n')
  })
  return sections.join('\n\n')
}

function nameOf(schema: JsonSchema): string {
  const { title, type, items, oneOf } = schema
  if (typeof title === 'string') return title
  if (type === 'array' && items !== undefined) return `list of ${nameOf(items as JsonSchema)}`
  if (Array.isArray(oneOf)) return oneOf.map((one: JsonSchema) => nameOf(one)).join(' or ')
  return typeof type === 'string' ? type : 'any'
}
