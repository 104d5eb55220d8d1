import {
  CONSENSUS_RULES,
  condemnsBlock,
  validateBody,
  validateHeaderAlone,
  validateHeaderInContext,
} from '@poai/consensus'
import { EMPTY_TRIE_ROOT, isPermanent, RULE_VERDICTS, type RuleCode, RuleError, transactionsRoot } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { childHeader, sampleContext, sampleParams, sampleSubject } from '../../support/sample-chain.ts'
import { firstTransaction } from '../../support/signed-transactions.ts'

function codeOf(validate: () => void): RuleCode | 'passes' {
  try {
    validate()
  } catch (error) {
    if (error instanceof RuleError) return error.code
    throw error
  }
  return 'passes'
}

describe('stages', () => {
  const { params, context, header, nowSeconds } = sampleSubject

  it('come from cheap to expensive', () => {
    const stages = [...new Set(CONSENSUS_RULES.map(({ stage }) => stage))]
    expect(stages).toEqual(['header-alone', 'header-in-context', 'work-claim', 'body', 'replay', 'execution'])
  })

  it('ask for the parent before anything that depends on it', () => {
    const stranger = { ...header, parentHash: header.stateRoot, number: 99n, target: 1n, baseFeePerGas: 0n }
    const validate = (): void => validateHeaderInContext({ params, context, header: stranger, nowSeconds })
    expect(codeOf(validate)).toBe('HEADER_PARENT_UNKNOWN')
  })

  it('do not let a wrong header hide behind an early one', () => {
    const early = { ...header, timestamp: nowSeconds + 1000n }
    const validate = (changes: object): string =>
      codeOf(() => validateHeaderInContext({ params, context, header: { ...early, ...changes }, nowSeconds }))
    expect(validate({})).toBe('HEADER_TIMESTAMP_FUTURE')
    expect(validate({ target: header.target + 1n })).toBe('HEADER_TARGET_SCHEDULE')
    expect(validate({ baseFeePerGas: header.baseFeePerGas + 1n })).toBe('HEADER_BASE_FEE')
  })

  it('judge a body by its root first', () => {
    const body = { transactions: [firstTransaction, firstTransaction] }
    const stranger = childHeader(sampleContext, { transactionsRoot: EMPTY_TRIE_ROOT, gasLimit: 5000n })
    expect(codeOf(() => validateBody({ params, header: stranger, body }))).toBe('BODY_TRANSACTIONS_ROOT')
    const committed = { ...stranger, transactionsRoot: transactionsRoot(body.transactions) }
    expect(codeOf(() => validateBody({ params, header: committed, body }))).toBe('BODY_TRANSACTION_REPEATED')
  })

  it('say what was broken in one line', () => {
    const validate = (): void =>
      validateHeaderAlone({ params: sampleParams, header: { ...header, gasUsed: 1n << 63n } })
    expect(validate).toThrow('rule broken: a block uses at most its gas limit')
  })
})

describe('a block is condemned', () => {
  const all = Object.keys(RULE_VERDICTS) as RuleCode[]
  const condemned = all.filter((code) => condemnsBlock(new RuleError(code, '')))

  it('by every permanent rule of the chain but three: the body may be another block’s', () => {
    const rules = CONSENSUS_RULES.map(({ code }) => code)
    const ofTheMessage: readonly RuleCode[] = ['BODY_MEMBERS', 'BODY_TRANSACTIONS_ROOT', 'BODY_ANSWERS_ROOT']
    const expected = rules.filter((code) => !ofTheMessage.includes(code) && isPermanent(new RuleError(code, '')))
    expect(condemned.filter((code) => rules.includes(code)).sort()).toEqual(expected.sort())
  })

  it('never by the encoding of a message, nor by what may pass', () => {
    const spared = all.filter((code) => !condemned.includes(code) && isPermanent(new RuleError(code, '')))
    expect(spared.sort()).toEqual(
      [
        ...['RLP_TRUNCATED', 'RLP_NON_CANONICAL', 'RLP_TRAILING_BYTES', 'RLP_TOO_DEEP', 'RLP_TOO_MANY_ITEMS'],
        ...['OVERSIZE', 'FIELD_KIND', 'FIELD_COUNT', 'FIELD_SIZE', 'FIELD_RANGE'],
        ...['TRANSACTION_TYPE', 'TRANSACTION_MALFORMED', 'TRANSACTION_CHAIN_ID', 'TRANSACTION_UNSIGNED'],
        'BODY_MEMBERS',
        'BODY_TRANSACTIONS_ROOT',
        'BODY_ANSWERS_ROOT',
      ].sort(),
    )
    expect(condemned).not.toContain('HEADER_TIMESTAMP_FUTURE')
    expect(condemned).not.toContain('HEADER_PARENT_UNKNOWN')
  })
})
