import { equalBytes } from '../bytes.ts'
import type { Fault } from '../wire/field.ts'
import { type RuleSchedule, type Rules, rulesOf } from './rules-at.ts'

/** Rules that contradict each other, at the beginning or after a fork. The schedule's order must be right. */
export function ruleContradictions(schedule: RuleSchedule): readonly Fault[] {
  return rulesOf(schedule).flatMap((rules, index, ladder) => {
    const before = ladder[index - 1]
    const faults = [
      ...targetFaults(rules),
      ...examFaults(rules),
      ...gasFaults(rules),
      ...inferenceFaults(rules),
      ...(before === undefined ? [] : workFaults(before, rules)),
    ]
    const prefix = before === undefined ? '' : `forks[${index - 1}].changes.`
    return faults.map((fault) => ({ ...fault, path: `${prefix}${fault.path}` }))
  })
}

/** The target that the network, or a fork, begins with. */
function targetFaults({ difficulty, fork }: Rules): readonly Fault[] {
  const { initialTarget, easiestTarget } = difficulty
  const isUsed = fork === undefined || fork.changes.difficulty?.initialTarget !== undefined
  if (!isUsed || initialTarget <= easiestTarget) return []
  return [
    {
      path: 'difficulty.initialTarget',
      expected: 'at most difficulty.easiestTarget',
      actual: `${initialTarget}`,
    },
  ]
}

/** Questions need room too: an exam cannot consist of answers and salt alone. */
function examFaults({ work }: Rules): readonly Fault[] {
  const { tokens, answerTokens, minSaltTokens } = work.exam
  const least = 2 * (answerTokens + minSaltTokens)
  if (tokens >= least) return []
  return [{ path: 'work.exam.tokens', expected: `at least ${least} (twice answers and salt)`, actual: `${tokens}` }]
}

/** A gas limit moves by less than limit / divisor: with a divisor above the limit, not even the same one is right. */
function gasFaults({ gas }: Rules): readonly Fault[] {
  const { limitDivisor, minLimit } = gas
  if (limitDivisor <= minLimit) return []
  return [{ path: 'gas.limitDivisor', expected: `at most gas.minLimit (${minLimit})`, actual: `${limitDivisor}` }]
}

/** Models that contracts may call. */
function inferenceFaults({ inference }: Rules): readonly Fault[] {
  if (inference === undefined) return []
  const { models } = inference
  const faults: Fault[] = []
  if (models.length === 0) faults.push({ path: 'inference.models', expected: 'at least one model', actual: 'none' })
  models.forEach(({ sha256, stopTokens }, index) => {
    const path = `inference.models[${index}]`
    if (models.findIndex((other) => equalBytes(other.sha256, sha256)) < index)
      faults.push({ path: `${path}.sha256`, expected: 'each model once', actual: 'a repeated model' })
    if (stopTokens.some((token, at) => at > 0 && token <= (stopTokens[at - 1] as number)))
      faults.push({ path: `${path}.stopTokens`, expected: 'ascending tokens', actual: stopTokens.join(', ') })
  })
  return faults
}

/** Changes of the work that a fork must not make. */
function workFaults({ work: before }: Rules, { work, since }: Rules): readonly Fault[] {
  const faults: Fault[] = []
  // Otherwise the new epoch would have begun before the fork, and its seed would be the wrong block's hash.
  if (work.epochBlocks !== before.epochBlocks && since % work.epochBlocks !== 0n) {
    faults.push({
      path: 'work.epochBlocks',
      expected: `a divisor of the fork's number (${since}), so that the fork begins an epoch`,
      actual: `${work.epochBlocks}`,
    })
  }
  const isOther = !equalBytes(work.modelSha256, before.modelSha256) || work.domain !== before.domain
  if (isOther && equalBytes(work.vectorsSha256, before.vectorsSha256)) {
    faults.push({
      path: 'work.vectorsSha256',
      expected: 'the vectors of the new model in the new domain',
      actual: 'those of the old one',
    })
  }
  return faults
}
