import type { AccuracyJson, ExamJson, TranscriptJson, VerdictJson } from '../client/node-methods.ts'
import { exactly, type JsonSchema, listSchema, named, type SchemaOf } from '../schema/json-schema.ts'
import { data, flag, hash, integer, quantity, text } from '../schema/scalars.ts'

// The work behind blocks. Members that only a model can compute are missing if the node has none.

const examToken: JsonSchema = named('exam token', exactly({ expected: text, given: text, lossMicroNats: quantity }))

const quiz: JsonSchema = named(
  'quiz',
  exactly(
    {
      family: text,
      question: text,
      expected: text,
      answer: text,
      isRight: flag,
      lossMicroNats: quantity,
      tokens: listSchema(examToken),
    },
    ['answer', 'isRight', 'lossMicroNats', 'tokens'],
  ),
)

export const exam: SchemaOf<ExamJson> = named(
  'exam',
  exactly(
    {
      number: quantity,
      hash,
      examSeed: hash,
      epochKey: hash,
      sealHash: hash,
      nonce: quantity,
      lossMicroNats: quantity,
      transcriptRoot: hash,
      workHash: hash,
      target: hash,
      text,
      tokens: integer,
      answerTokens: integer,
      replayAgrees: flag,
      right: integer,
      quizzes: listSchema(quiz),
    },
    ['replayAgrees', 'right'],
  ),
)

export const transcript: SchemaOf<TranscriptJson> = named(
  'transcript',
  exactly(
    {
      root: hash,
      agrees: flag,
      size: integer,
      leaves: listSchema(hash),
      index: integer,
      leaf: data,
      leafHash: hash,
      path: listSchema(hash),
      isIncluded: flag,
    },
    ['leaves', 'index', 'leaf', 'leafHash', 'path', 'isIncluded'],
  ),
)

export const verdict: SchemaOf<VerdictJson> = named(
  'verdict',
  exactly({ block: hash, valid: flag, code: text, reason: text, milliseconds: integer }, ['code', 'reason']),
)

const familyScore: JsonSchema = named(
  'family score',
  exactly({ family: text, asked: integer, right: integer, meanLossMicroNats: quantity }),
)

const blockScore: JsonSchema = named(
  'block score',
  exactly({ number: quantity, hash, asked: integer, right: integer, lossMicroNats: quantity }),
)

export const accuracy: SchemaOf<AccuracyJson> = named(
  'accuracy',
  exactly({ from: quantity, to: quantity, families: listSchema(familyScore), blocks: listSchema(blockScore) }),
)
