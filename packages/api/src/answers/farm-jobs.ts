import type { WorkAnswerJson, WorkJobJson } from '../client/node-methods.ts'
import { exactly, type JsonSchema, named, orNull, type SchemaOf } from '../schema/json-schema.ts'
import { address, data, hash, integer, measure, quantity, text } from '../schema/scalars.ts'

/** What workers of farms send. The farm desk reads it, and says what is wrong with it. */
export const FARM_MESSAGES: Readonly<Record<'request' | 'solution' | 'report', JsonSchema>> = {
  request: named(
    'work request',
    exactly({ worker: text, beneficiary: orNull(address), after: orNull(hash) }, ['beneficiary', 'after']),
  ),
  solution: named(
    'work solution',
    exactly(
      {
        worker: text,
        jobId: hash,
        nonce: quantity,
        lossMicroNats: quantity,
        transcriptRoot: hash,
        block: orNull(data),
      },
      ['block'],
    ),
  ),
  report: named(
    'rate report',
    exactly({ worker: text, attemptsPerSecond: measure, tokensPerSecond: measure, workers: integer }),
  ),
}

export const workJob: SchemaOf<WorkJobJson> = named(
  'work job',
  exactly({
    ...{ jobId: hash, sealHash: hash, number: quantity, target: quantity, header: data, epochKey: hash },
    ...{ firstNonce: quantity, endNonce: quantity, expiresInMs: integer },
    network: exactly({ name: text, genesisHash: hash }),
    body: orNull(data),
  }),
)

export const workAnswer: SchemaOf<WorkAnswerJson> = named(
  'work answer',
  exactly({ verdict: text, blockHash: orNull(hash), rule: orNull(text) }),
)
