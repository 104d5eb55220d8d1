import type { JsonValue } from '@poai/core'
import type { JsonSchema, SchemaOf } from '../schema/json-schema.ts'
import type { Param } from '../schema/shape.ts'
import type { Call } from './call.ts'

/** An answer that is text already: what never changes is written once. */
export class PreparedJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** An answer, or its text if it is long or cached. */
export type Answered<Answer extends JsonValue = JsonValue> = Answer | PreparedJson

/** About ten microseconds of processor time: more expensive methods were measured against it. */
export const PLAIN_COST = 1
/** A pass of the model: about ten milliseconds. */
export const MODEL_PASS_COST = 1000

/** A method as it is offered: one row of the table that drives dispatch, validation and the OpenRPC document. */
export interface Method {
  readonly name: string
  readonly summary: string
  readonly params: readonly Param<unknown>[]
  readonly result: JsonSchema
  /** What a call costs its client, compared with a plain read: see {@link PLAIN_COST}. */
  readonly cost: number
  invoke(values: readonly unknown[], call: Call): Answered | Promise<Answered>
}

type ValuesOf<Params extends readonly Param<unknown>[]> = {
  readonly [K in keyof Params]: Params[K] extends Param<infer T> ? T : never
}

/** What a method is made of. */
export interface MethodDefinition<Params extends readonly Param<unknown>[], Answer extends JsonValue> {
  readonly name: string
  /** One sentence for documents. */
  readonly summary: string
  readonly params: Params
  readonly result: SchemaOf<Answer>
  /** Default: that of a plain read. */
  readonly cost?: number
  /** Answers what `result` says, or its text. */
  run(values: ValuesOf<Params>, call: Call): Answered<NoInfer<Answer>> | Promise<Answered<NoInfer<Answer>>>
}

/** A row of the table; `run` gets its arguments parsed. */
export function method<const Params extends readonly Param<unknown>[], Answer extends JsonValue>(
  definition: MethodDefinition<Params, Answer>,
): Method {
  const { run, cost = PLAIN_COST, ...described } = definition
  // The dispatcher has parsed `values` by these same params.
  return { ...described, cost, invoke: (values, call) => run(values as unknown as ValuesOf<Params>, call) }
}

/** The part before the underscore, which decides who may call. */
export function namespaceOf(name: string): string {
  return name.split('_', 1)[0] ?? name
}
