import type { OpenRpcDocumentJson } from '../client/node-methods.ts'
import { exactly, listSchema, named, type SchemaOf } from '../schema/json-schema.ts'
import { flag, text } from '../schema/scalars.ts'

const schema = { type: 'object' } as const

/** The description of the interface itself. */
export const openRpc: SchemaOf<OpenRpcDocumentJson> = named(
  'open rpc document',
  exactly({
    openrpc: text,
    info: exactly({ title: text, version: text }),
    methods: listSchema(
      exactly({
        ...{ name: text, summary: text, paramStructure: text },
        params: listSchema(exactly({ name: text, required: flag, schema })),
        result: exactly({ name: text, schema }),
      }),
    ),
  }),
)
