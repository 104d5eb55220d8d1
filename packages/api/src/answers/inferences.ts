import type { InferenceJson, PricedModelJson } from '../client/node-methods.ts'
import { exactly, listSchema, named, orNull, type SchemaOf } from '../schema/json-schema.ts'
import { address, data, flag, hash, integer, quantity, text } from '../schema/scalars.ts'

// What contracts ask of models. `text` members are for people: bytes that are no UTF-8 are in the `…Data` beside them.

export const pricedModel: SchemaOf<PricedModelJson> = named(
  'priced model',
  exactly({
    name: text,
    sha256: hash,
    domain: text,
    vectorsSha256: hash,
    format: text,
    contextTokens: integer,
    stopTokens: listSchema(integer),
    baseGas: quantity,
    promptTokenGas: quantity,
    outputTokenGas: quantity,
    canAnswer: flag,
    state: text,
    reason: orNull(text),
  }),
)

export const inference: SchemaOf<InferenceJson> = named(
  'inference',
  exactly(
    {
      kind: text,
      type: text,
      depth: integer,
      from: address,
      gas: quantity,
      gasUsed: quantity,
      succeeded: flag,
      isUndone: flag,
      failure: text,
      model: text,
      modelSha256: hash,
      prompt: text,
      promptData: data,
      temperature: integer,
      seed: hash,
      maxTokens: integer,
      tokens: listSchema(integer),
      text,
      textData: data,
      root: hash,
      isRightRoot: flag,
      firstWrong: integer,
    },
    [
      ...['failure', 'model', 'modelSha256', 'prompt', 'promptData', 'temperature', 'seed', 'maxTokens'],
      ...['tokens', 'text', 'textData', 'root', 'isRightRoot', 'firstWrong'],
    ],
  ),
)
