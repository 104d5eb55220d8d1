import { type Bloom, bytesToHex, equalBytes, type Hash32, type Header } from '@poai/core'
import { type Mismatch, type Rule, requireRules } from './rule.ts'

/** What executing a block's transactions and paying its reward came to. */
export interface ExecutionOutcome {
  readonly stateRoot: Hash32
  readonly receiptsRoot: Hash32
  readonly logsBloom: Bloom
  readonly gasUsed: bigint
}

/** A header and what its block came to on this machine. */
export interface ExecutedHeader {
  readonly header: Header
  readonly outcome: ExecutionOutcome
}

/** `expected` is what this machine computed, `actual` what the header claims. */
function compareBytes(computed: Uint8Array, claimed: Uint8Array): Mismatch | undefined {
  return equalBytes(computed, claimed) ? undefined : { expected: bytesToHex(computed), actual: bytesToHex(claimed) }
}

const gasUsed: Rule<ExecutedHeader> = {
  code: 'EXECUTION_GAS_USED',
  statement: 'gasUsed is what execution used',
  check: ({ header, outcome }) =>
    header.gasUsed === outcome.gasUsed ? undefined : { expected: outcome.gasUsed, actual: header.gasUsed },
}

const receiptsRoot: Rule<ExecutedHeader> = {
  code: 'EXECUTION_RECEIPTS_ROOT',
  statement: 'receiptsRoot is that of the receipts',
  check: ({ header, outcome }) => compareBytes(outcome.receiptsRoot, header.receiptsRoot),
}

const logsBloom: Rule<ExecutedHeader> = {
  code: 'EXECUTION_LOGS_BLOOM',
  statement: 'logsBloom is that of all logs',
  check: ({ header, outcome }) => compareBytes(outcome.logsBloom, header.logsBloom),
}

const stateRoot: Rule<ExecutedHeader> = {
  code: 'EXECUTION_STATE_ROOT',
  statement: 'stateRoot is that of the state after the block',
  check: ({ header, outcome }) => compareBytes(outcome.stateRoot, header.stateRoot),
}

/** In the order in which they are tried: the more telling the difference, the earlier. */
export const EXECUTION_RULES: readonly Rule<ExecutedHeader>[] = [gasUsed, receiptsRoot, logsBloom, stateRoot]

/** The last stage: whether a header tells what its block does. Throws a `RuleError`. */
export function validateExecution(subject: ExecutedHeader): void {
  requireRules(EXECUTION_RULES, subject)
}
