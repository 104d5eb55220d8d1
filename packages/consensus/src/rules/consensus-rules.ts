import type { RuleCode } from '@poai/core'
import type { Rule } from './rule.ts'
import { BODY_RULES } from './validate-body.ts'
import { EXECUTION_RULES } from './validate-execution.ts'
import { HEADER_ALONE_RULES } from './validate-header-alone.ts'
import { HEADER_IN_CONTEXT_RULES } from './validate-header-in-context.ts'

/** When a rule is tried: from cheap to expensive, as import goes through them. */
export type RuleStage = 'header-alone' | 'header-in-context' | 'work-claim' | 'body' | 'replay' | 'execution'

/** A row of the table of all rules. */
export interface ConsensusRule {
  readonly stage: RuleStage
  readonly code: RuleCode
  /** What must hold, one line for people. */
  readonly statement: string
}

function rowsOf<Subject>(stage: RuleStage, rules: readonly Rule<Subject>[]): readonly ConsensusRule[] {
  return rules.map(({ code, statement }) => ({ stage, code, statement }))
}

/** Every rule that makes a decoded block valid or not, in the order in which they are tried. */
export const CONSENSUS_RULES: readonly ConsensusRule[] = [
  ...rowsOf('header-alone', HEADER_ALONE_RULES),
  ...rowsOf('header-in-context', HEADER_IN_CONTEXT_RULES),
  { stage: 'work-claim', code: 'WORK_CLAIM_ABOVE_TARGET', statement: 'the claimed work hash is below the target' },
  ...rowsOf('body', BODY_RULES),
  { stage: 'replay', code: 'WORK_NOT_FINITE', statement: "the model's logits for the exam are finite" },
  { stage: 'replay', code: 'WORK_TRANSCRIPT_MISMATCH', statement: 'transcriptRoot is that of the evaluation' },
  { stage: 'replay', code: 'WORK_LOSS_MISMATCH', statement: 'lossMicroNats is that of the evaluation' },
  { stage: 'replay', code: 'ANSWER_MISMATCH', statement: 'each answer is what its model says' },
  ...rowsOf('execution', EXECUTION_RULES),
]
