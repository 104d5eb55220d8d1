/**
 * What JSON-RPC methods are made of: rows with their arguments and results, and what documents and clients are made of
 * from them. Any package may offer `Method[]`; `@poai/rpc` collects and serves them.
 *
 * @example
 * import { count, method, RESULTS, required, toQuantity } from '@poai/api'
 * const double = method({
 *   name: 'example_double',
 *   summary: 'Twice a number',
 *   params: [required('number', count)],
 *   result: RESULTS.quantity,
 *   run: ([number]) => toQuantity(2 * number),
 * })
 */

import * as schemas from './answers/schemas.ts'
import * as scalars from './schema/scalars.ts'

/** What answers without members are: `RESULTS.quantity`. */
export const RESULTS: typeof scalars = scalars
/** What answers with members are: `SCHEMAS.block`. */
export const SCHEMAS: typeof schemas = schemas

export { FARM_MESSAGES } from './answers/farm-jobs.ts'
export { clientAnswers } from './documents/client-answers.ts'
export { clientTypes } from './documents/client-types.ts'
export { methodsToMarkdown, openRpcDocument } from './documents/open-rpc.ts'
export { hexOrNull, toQuantity, toWord } from './hex-text.ts'
export type { Call, RatedClient, Session } from './methods/call.ts'
export type { Maybe } from './methods/maybe.ts'
export {
  type Answered,
  type Method,
  type MethodDefinition,
  MODEL_PASS_COST,
  method,
  namespaceOf,
  PLAIN_COST,
  PreparedJson,
} from './methods/method.ts'
export { requirePart } from './methods/require-part.ts'
export { invalidParams, RPC_CODES, type RpcCodeName, RpcError } from './methods/rpc-error.ts'
export {
  address,
  BLOCK_TAGS,
  type BlockHeight,
  type BlockPlace,
  blockNumber,
  blockPlace,
  count,
  data,
  flag,
  hash,
  jsonFor,
  LATEST,
  nonce,
  quantity,
  slot,
  textOf,
} from './schema/ethereum-shapes.ts'
export {
  exactly,
  type JsonSchema,
  listSchema,
  mapOf,
  named,
  oneWordOf,
  open,
  orNull,
  type SchemaOf,
} from './schema/json-schema.ts'
export {
  isRecord,
  listOf,
  type MemberShapes,
  objectOf,
  optional,
  type Param,
  required,
  type Shape,
  shape,
  titled,
  withDefault,
} from './schema/shape.ts'
