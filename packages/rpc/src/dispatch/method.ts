import type { JsonValue } from '@poai/core'
import type { JsonSchema, Param } from '../schema/shape.ts'
import type { RatedClient } from './rate-limiter.ts'

/** Who calls, and how long the answer is of use. */
export interface Call {
  readonly signal: AbortSignal
  readonly session: Session
}

/** One connection of a client. */
export interface Session {
  /** The local socket, or a client that knows the token: may use the private namespaces. */
  readonly isTrusted: boolean
  /** Whose calls are counted together; undefined where nobody counts, as on the local socket. */
  readonly client?: RatedClient | undefined
  /** Sends a notification, written out; undefined where the client cannot hear one, as over plain HTTP. */
  readonly notify?: (document: string) => void
  /** Aborted when the client has gone. */
  readonly closed: AbortSignal
}

/** An answer whose text is ready: what never changes is written once. */
export class PreparedJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What a method answers. */
export type Result = JsonValue | PreparedJson

/** A method as it is offered: one row of the table that drives dispatch, validation and the OpenRPC document. */
export interface Method {
  readonly name: string
  readonly summary: string
  readonly params: readonly Param<unknown>[]
  readonly result: JsonSchema
  invoke(values: readonly unknown[], call: Call): Result | Promise<Result>
}

type ValuesOf<Params extends readonly Param<unknown>[]> = {
  readonly [K in keyof Params]: Params[K] extends Param<infer T> ? T : never
}

/** What a method is made of. */
export interface MethodDefinition<Params extends readonly Param<unknown>[]> {
  readonly name: string
  /** One sentence for documents. */
  readonly summary: string
  readonly params: Params
  readonly result: JsonSchema
  run(values: ValuesOf<Params>, call: Call): Result | Promise<Result>
}

/** A row of the table; `run` gets its arguments parsed. */
export function method<const Params extends readonly Param<unknown>[]>(definition: MethodDefinition<Params>): Method {
  const { run, ...described } = definition
  // The dispatcher has parsed `values` by these very params.
  return { ...described, invoke: (values, call) => run(values as unknown as ValuesOf<Params>, call) }
}

/** What stands before the underscore: access is given by it. */
export function namespaceOf(name: string): string {
  return name.split('_', 1)[0] ?? name
}
