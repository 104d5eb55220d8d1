import {
  answeredCall,
  type BodyOfHeader,
  deriveExamSeed,
  type ExamEvaluation,
  type ExecutedHeader,
  type ExecutionOutcome,
  examToRequest,
  type HeaderAlone,
  type HeaderInContext,
  judgeAnswer,
  medianTimestamp,
  nextBaseFee,
  nextTarget,
  requestOfAnswer,
  validateBody,
  validateExecution,
  validateHeaderAlone,
  validateHeaderInContext,
  validateReplay,
  validateWorkClaim,
} from '@poai/consensus'
import {
  answersRoot,
  BYTE_TOKENS,
  bytesToHex,
  createBlockCodecs,
  defined,
  EMPTY_TRIE_ROOT,
  gasOfAnswer,
  type Hash32,
  type Header,
  hash32,
  hashField,
  type InferenceAnswer,
  type LaterMembers,
  MAX_GAS_LIMIT,
  type NetworkParams,
  type RuleCode,
  type RuleSchedule,
  rulesAt,
  sealHash,
  type Transaction,
  toBloom,
  toHash32,
  transactionsRoot,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'
import { requireRules } from '../../src/rules/rule.ts'
import { bodyRules } from '../../src/rules/validate-body.ts'
import { headerAloneRules } from '../../src/rules/validate-header-alone.ts'
import { claimedWorkHash } from '../../src/work/work-hash.ts'
import { childHeader, sampleContext, sampleParams, sampleSubject } from '../support/sample-chain.ts'
import { generateCall, replayCall, ScriptedTalker, TALKING_MODEL } from '../support/scripted-talker.ts'
import { firstTransaction, secondTransaction, transactionCodec } from '../support/signed-transactions.ts'
import { withWord } from '../unit/transcript/plausible-evaluation.ts'
import { ScriptedEvaluator } from '../unit/work/scripted-evaluator.ts'
import { someSealedHeader } from '../unit/work/some-header.ts'
import { buildExam, epochKey, mineScripted } from '../unit/work/some-network.ts'

/** One way to break a rule, by one where the rule has a limit, and what the error must say. */
export interface Breach {
  readonly validate: () => void
  readonly expected: string | bigint
  readonly actual: string | bigint
}

/** Both directions of a rule: at the limit, and one beyond. */
export interface RuleCase {
  readonly code: RuleCode
  readonly passes: readonly (() => void)[]
  readonly breaks: readonly Breach[]
}

const { params, context, header } = sampleSubject

function alone(changes: Partial<Header>): () => void {
  const subject: HeaderAlone = { params, header: { ...header, ...changes } }
  return () => validateHeaderAlone(subject)
}

function inContext(changes: Partial<Header>, more: Partial<HeaderInContext> = {}): () => void {
  const subject: HeaderInContext = { ...sampleSubject, header: { ...header, ...changes }, ...more }
  return () => validateHeaderInContext(subject)
}

/** A network whose block 10 is the first of a fork, and a table with a member that comes with it. */
const forked: RuleSchedule = {
  ...params,
  forks: [{ name: 'answers', number: 10n, changes: { time: { maxFutureSeconds: 16 } } }],
}
const laterMembers: LaterMembers<{ readonly answersRoot: Hash32 }> = {
  answersRoot: { field: hashField, isDue: ({ since }) => since >= 10n },
}

/** The member is there from the fork on, and not before. */
function memberCase(
  code: RuleCode,
  validatorOf: (number: bigint, answersRoot: Hash32 | undefined) => () => void,
): RuleCase {
  const [there, missing] = ['the member answersRoot', 'no member answersRoot']
  return {
    code,
    passes: [validatorOf(9n, undefined), validatorOf(10n, ZERO_HASH), validatorOf(11n, ZERO_HASH)],
    breaks: [
      { validate: validatorOf(9n, ZERO_HASH), expected: missing, actual: there },
      { validate: validatorOf(10n, undefined), expected: there, actual: missing },
    ],
  }
}

const headerAloneCases: readonly RuleCase[] = [
  {
    code: 'HEADER_NUMBER_RANGE',
    passes: [alone({ number: 1n })],
    breaks: [{ validate: alone({ number: 0n }), expected: 'at least 1', actual: 0n }],
  },
  memberCase('HEADER_MEMBERS', (number, answersRoot) => {
    const subject = { rules: rulesAt(forked, number), header: { ...header, number, ...defined({ answersRoot }) } }
    return () => requireRules(headerAloneRules(laterMembers), subject)
  }),
  {
    code: 'HEADER_EXTRA_DATA_SIZE',
    passes: [alone({ extraData: new Uint8Array(32) })],
    breaks: [{ validate: alone({ extraData: new Uint8Array(33) }), expected: 'at most 32 bytes', actual: '33 bytes' }],
  },
  {
    code: 'HEADER_TARGET_RANGE',
    passes: [alone({ target: 1n }), alone({ target: 1n << 248n })],
    breaks: [0n, (1n << 248n) + 1n].map((target) => ({
      validate: alone({ target }),
      expected: `1 to ${1n << 248n}`,
      actual: target,
    })),
  },
  {
    code: 'HEADER_GAS_LIMIT_RANGE',
    passes: [alone({ gasLimit: 5000n }), alone({ gasLimit: MAX_GAS_LIMIT })],
    breaks: [4999n, MAX_GAS_LIMIT + 1n].map((gasLimit) => ({
      validate: alone({ gasLimit }),
      expected: '5000 to 37500000',
      actual: gasLimit,
    })),
  },
  {
    code: 'HEADER_GAS_USED_RANGE',
    passes: [alone({ gasLimit: 5000n, gasUsed: 5000n })],
    breaks: [{ validate: alone({ gasLimit: 5000n, gasUsed: 5001n }), expected: 'at most 5000', actual: 5001n }],
  },
]

const otherParent = toHash32(context.hash.with(31, (context.hash[31] as number) ^ 1))
const median = medianTimestamp(context.recentTimestamps)
const target = nextTarget(params, context)
const baseFee = nextBaseFee(params, context)
const now = sampleSubject.nowSeconds

const headerInContextCases: readonly RuleCase[] = [
  {
    code: 'HEADER_PARENT_UNKNOWN',
    passes: [inContext({})],
    breaks: [
      {
        validate: inContext({ parentHash: otherParent }),
        expected: bytesToHex(context.hash),
        actual: bytesToHex(otherParent),
      },
    ],
  },
  {
    code: 'HEADER_NUMBER_SEQUENCE',
    passes: [inContext({ number: 21n })],
    breaks: [20n, 22n].map((number) => ({ validate: inContext({ number }), expected: 21n, actual: number })),
  },
  {
    code: 'HEADER_TIMESTAMP_PAST',
    passes: [inContext({ timestamp: median + 1n })],
    breaks: [{ validate: inContext({ timestamp: median }), expected: `after ${median}`, actual: median }],
  },
  {
    code: 'HEADER_TARGET_SCHEDULE',
    passes: [inContext({ target })],
    breaks: [target - 1n, target + 1n].map((wrong) => ({
      validate: inContext({ target: wrong }),
      expected: target,
      actual: wrong,
    })),
  },
  {
    // 30,000,000 / 1024 = 29,296.875
    code: 'HEADER_GAS_LIMIT_STEP',
    passes: [inContext({ gasLimit: 30_029_295n }), inContext({ gasLimit: 29_970_705n })],
    breaks: [29_296n, -29_296n].map((change) => ({
      validate: inContext({ gasLimit: 30_000_000n + change }),
      expected: 'a change of less than 29296',
      actual: change,
    })),
  },
  {
    code: 'HEADER_BASE_FEE',
    passes: [inContext({ baseFeePerGas: baseFee })],
    breaks: [baseFee - 1n, baseFee + 1n].map((wrong) => ({
      validate: inContext({ baseFeePerGas: wrong }),
      expected: baseFee,
      actual: wrong,
    })),
  },
  {
    code: 'HEADER_TIMESTAMP_FUTURE',
    passes: [inContext({ timestamp: now + 15n })],
    breaks: [
      { validate: inContext({ timestamp: now + 16n }), expected: `at most ${now + 15n}`, actual: now + 16n },
      {
        validate: inContext({ timestamp: now }, { nowSeconds: now - 16n }),
        expected: `at most ${now - 1n}`,
        actual: now,
      },
    ],
  },
]

const evaluator = new ScriptedEvaluator()
/** Every claim meets this target, so that the replay decides. */
const mined = mineScripted({ ...someSealedHeader, target: (1n << 256n) - 1n })
const impossible: Header = { ...mined, target: 1n }

function replay(changes: Partial<Header>, damage: (evaluation: ExamEvaluation) => ExamEvaluation = (same) => same) {
  const replayed = { ...mined, ...changes }
  const seed = deriveExamSeed({ epochKey, sealHash: sealHash(replayed), nonce: replayed.nonce })
  const exam = buildExam(seed)
  const evaluation = damage(evaluator.evaluateOne(examToRequest(exam)))
  return () => validateReplay(replayed, exam, evaluation)
}

const workCases: readonly RuleCase[] = [
  {
    code: 'WORK_CLAIM_ABOVE_TARGET',
    passes: [() => validateWorkClaim(mined)],
    breaks: [
      { validate: () => validateWorkClaim(impossible), expected: 'below 1', actual: claimedWorkHash(impossible) },
    ],
  },
  {
    code: 'WORK_NOT_FINITE',
    passes: [replay({})],
    breaks: [
      {
        validate: replay({}, (evaluation) => withWord(evaluation, 0, 0x7f80_0000)),
        expected: 'finite logits',
        actual: 'an infinite value or a NaN at answer 0',
      },
    ],
  },
  {
    code: 'WORK_TRANSCRIPT_MISMATCH',
    passes: [replay({})],
    breaks: [
      {
        validate: replay({ transcriptRoot: ZERO_HASH }),
        expected: bytesToHex(mined.transcriptRoot),
        actual: bytesToHex(ZERO_HASH),
      },
    ],
  },
  {
    code: 'WORK_LOSS_MISMATCH',
    passes: [replay({})],
    breaks: [-1n, 1n].map((change) => ({
      validate: replay({ lossMicroNats: mined.lossMicroNats + change }),
      expected: mined.lossMicroNats,
      actual: mined.lossMicroNats + change,
    })),
  },
]

const talker = new ScriptedTalker()
const asked = generateCall({ temperature: 700 })
const honest = talker.answerTo(asked)

function answerCase(answer: InferenceAnswer): () => void {
  const answered = answeredCall(asked, answer)
  return () => judgeAnswer(answered, talker.evaluateOne(requestOfAnswer(answered)))
}

const answerCases: readonly RuleCase[] = [
  {
    code: 'ANSWER_MISMATCH',
    passes: [answerCase(honest)],
    breaks: [
      {
        validate: answerCase({ ...honest, root: asked.seed }),
        expected: bytesToHex(honest.root),
        actual: bytesToHex(asked.seed),
      },
      {
        validate: answerCase({ ...honest, tokens: honest.tokens.with(1, ((honest.tokens[1] ?? 0) + 1) % 259) }),
        expected: 'the tokens that are drawn',
        actual: 'another one at 1',
      },
    ],
  },
]

const MAX_TOKENS = 8
const answeringParams: NetworkParams = { ...sampleParams, inference: { models: [TALKING_MODEL] } }
const said: InferenceAnswer = {
  kind: 'generate',
  input: generateCall({ maxTokens: MAX_TOKENS }).input,
  tokens: [55, 13],
  root: hash32(utf8ToBytes('root')),
}
const judged: InferenceAnswer = {
  kind: 'replay',
  input: replayCall({ output: [55, 53], root: said.root }).input,
  isRightRoot: true,
  firstWrong: 2,
}
/** Both name two tokens. */
const gasOfBoth = 2n * gasOfAnswer(generateCall({}), 2)

/** A body whose header commits to these answers, unless it holds others. */
function answering(
  committed: readonly InferenceAnswer[],
  {
    answers = committed,
    gasUsed = 1_000_000n,
  }: { readonly answers?: readonly InferenceAnswer[]; gasUsed?: bigint } = {},
): () => void {
  const header = childHeader(sampleContext, { gasUsed, answersRoot: answersRoot(committed) })
  return () => validateBody({ params: answeringParams, header, body: { transactions: [], answers } })
}

function bodyOf(transactions: readonly Transaction[], more: Partial<BodyOfHeader> = {}): () => void {
  const committed = childHeader(sampleContext, { transactionsRoot: transactionsRoot(transactions) })
  const subject: BodyOfHeader = { params: sampleParams, header: committed, body: { transactions }, ...more }
  return () => validateBody(subject)
}

const both = [firstTransaction, secondTransaction]
const bothRoot = transactionsRoot(both)
const bothBytes = createBlockCodecs(transactionCodec).body.encode({ transactions: both }).length
const limited = (bodyBytes: number) => ({ params: { ...params, limits: { ...params.limits, bodyBytes } } })
const withGasLimit = (gasLimit: bigint) => ({
  header: childHeader(sampleContext, { transactionsRoot: bothRoot, gasLimit }),
})

const bodyCases: readonly RuleCase[] = [
  memberCase('BODY_MEMBERS', (number, answersRoot) => {
    const committed = childHeader(sampleContext, { number })
    const body = { transactions: [], ...defined({ answersRoot }) }
    return () => requireRules(bodyRules(laterMembers), { rules: rulesAt(forked, number), header: committed, body })
  }),
  {
    code: 'BODY_TRANSACTIONS_ROOT',
    passes: [bodyOf([]), bodyOf(both)],
    breaks: [[], [firstTransaction], [secondTransaction, firstTransaction]].map((transactions) => ({
      validate: bodyOf(both, { body: { transactions } }),
      expected: bytesToHex(bothRoot),
      actual: bytesToHex(transactionsRoot(transactions)),
    })),
  },
  {
    code: 'BODY_SIZE',
    passes: [bodyOf(both, limited(bothBytes))],
    breaks: [
      {
        validate: bodyOf(both, limited(bothBytes - 1)),
        expected: `at most ${bothBytes - 1} bytes`,
        actual: `${bothBytes} bytes`,
      },
    ],
  },
  {
    code: 'BODY_TRANSACTION_REPEATED',
    passes: [bodyOf(both)],
    breaks: [
      {
        validate: bodyOf([firstTransaction, secondTransaction, firstTransaction]),
        expected: 'each transaction once',
        actual: bytesToHex(firstTransaction.hash),
      },
    ],
  },
  {
    code: 'BODY_TRANSACTION_GAS',
    passes: [bodyOf(both, withGasLimit(30_000n))],
    breaks: [{ validate: bodyOf(both, withGasLimit(29_999n)), expected: 'at most 29999', actual: 30_000n }],
  },
  {
    code: 'BODY_ANSWERS_ROOT',
    passes: [answering([]), answering([said, judged])],
    breaks: [[], [said], [judged, said]].map((answers) => ({
      validate: answering([said, judged], { answers }),
      expected: bytesToHex(answersRoot([said, judged])),
      actual: bytesToHex(answersRoot(answers)),
    })),
  },
  {
    code: 'BODY_ANSWER_FORM',
    passes: [
      answering([{ ...said, tokens: Array(MAX_TOKENS).fill(BYTE_TOKENS - 1) }]),
      answering([{ ...said, tokens: [...Array(MAX_TOKENS - 1).fill(5), 13] }]),
      ...[[], Array(MAX_TOKENS - 1).fill(5)].map((tokens) => answering([{ ...said, tokens, root: ZERO_HASH }])),
    ],
    breaks: [
      {
        validate: answering([judged, { ...said, input: judged.input }]),
        expected: 'the input of a call',
        actual: 'something else in answer 1',
      },
      {
        validate: answering([said, { ...said, tokens: [5] }]),
        expected: 'each call once',
        actual: 'answer 1 again',
      },
      ...[Array(MAX_TOKENS + 1).fill(5), [BYTE_TOKENS]].map((tokens) => ({
        validate: answering([{ ...said, tokens }]),
        expected: `at most ${MAX_TOKENS} tokens below ${BYTE_TOKENS}`,
        actual: 'other tokens in answer 0',
      })),
      ...[
        { tokens: [] },
        { tokens: Array(MAX_TOKENS - 1).fill(5) },
        { tokens: [13, 5, 13] },
        { tokens: [5, 13], root: ZERO_HASH },
        { tokens: Array(MAX_TOKENS).fill(5), root: ZERO_HASH },
      ].map((changes) => ({
        validate: answering([{ ...said, ...changes }]),
        expected: `a token that ends it, or ${MAX_TOKENS} tokens`,
        actual: 'another end of answer 0',
      })),
    ],
  },
  {
    code: 'BODY_ANSWERS_GAS',
    passes: [answering([said, judged], { gasUsed: (gasOfBoth * 4n) / 5n })],
    breaks: [
      {
        validate: answering([said, judged], { gasUsed: (gasOfBoth * 4n) / 5n - 1n }),
        expected: `at most ${gasOfBoth - 2n}`,
        actual: gasOfBoth,
      },
    ],
  },
]

const bloom = toBloom(new Uint8Array(256).fill(1))
const executed = childHeader(sampleContext, {
  gasUsed: 21_000n,
  stateRoot: hash32(utf8ToBytes('state')),
  receiptsRoot: hash32(utf8ToBytes('receipts')),
  logsBloom: bloom,
})
const outcome: ExecutionOutcome = executed

function execution(changes: Partial<Header>): () => void {
  const subject: ExecutedHeader = { header: { ...executed, ...changes }, outcome }
  return () => validateExecution(subject)
}

const executionCases: readonly RuleCase[] = [
  {
    code: 'EXECUTION_GAS_USED',
    passes: [execution({})],
    breaks: [20_999n, 21_001n].map((gasUsed) => ({
      validate: execution({ gasUsed }),
      expected: 21_000n,
      actual: gasUsed,
    })),
  },
  ...(['receiptsRoot', 'stateRoot'] as const).map(
    (name): RuleCase => ({
      code: name === 'stateRoot' ? 'EXECUTION_STATE_ROOT' : 'EXECUTION_RECEIPTS_ROOT',
      passes: [execution({})],
      breaks: [
        {
          validate: execution({ [name]: EMPTY_TRIE_ROOT }),
          expected: bytesToHex(executed[name]),
          actual: bytesToHex(EMPTY_TRIE_ROOT),
        },
      ],
    }),
  ),
  {
    code: 'EXECUTION_LOGS_BLOOM',
    passes: [execution({})],
    breaks: [
      {
        validate: execution({ logsBloom: toBloom(bloom.with(255, 0)) }),
        expected: bytesToHex(bloom),
        actual: bytesToHex(bloom.with(255, 0)),
      },
    ],
  },
]

/** Every rule of the chain, passed at its limit and broken by one. */
export const RULE_CASES: readonly RuleCase[] = [
  ...headerAloneCases,
  ...headerInContextCases,
  ...workCases,
  ...answerCases,
  ...bodyCases,
  ...executionCases,
]
