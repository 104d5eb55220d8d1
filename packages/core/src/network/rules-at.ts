import { defined } from '../defined.ts'
import type { Fork, NetworkParams, RuleChanges, RuleTable } from './network-params.ts'

/**
 * The rules of a range of heights. Only {@link rulesAt} makes them, so that code that judges a block cannot be given a
 * network's parameters in their place.
 */
export interface Rules extends RuleTable {
  /** The first block that they judge. */
  readonly since: bigint
  /** The fork that they came with; undefined for those that the network begins with. */
  readonly fork: Fork | undefined
}

/** What the rules of every height follow from. */
export type RuleSchedule = Pick<NetworkParams, keyof RuleTable | 'forks'>

const LADDERS = new WeakMap<RuleSchedule, readonly Rules[]>()

/**
 * The rules by which the block with that number is judged, and built: the child of a block with number n has the rules
 * of n + 1. Cheap: equal answers are the same object.
 */
export function rulesAt(schedule: RuleSchedule, number: bigint): Rules {
  const ladder = rulesOf(schedule)
  let step = ladder.length - 1
  while (step > 0 && number < (ladder[step] as Rules).since) step--
  return ladder[step] as Rules
}

/** All rules of a network, in the order of their heights. */
export function rulesOf(schedule: RuleSchedule): readonly Rules[] {
  const known = LADDERS.get(schedule)
  if (known !== undefined) return known
  const ladder = climb(schedule)
  LADDERS.set(schedule, ladder)
  return ladder
}

function climb({ forks, ...schedule }: RuleSchedule): readonly Rules[] {
  const { hardfork, work, difficulty, time, gas, rewards, limits, inference } = schedule
  let rules: Rules = {
    ...{ hardfork, work, difficulty, time, gas, rewards, limits },
    ...{ ...defined({ inference }), since: 0n, fork: undefined },
  }
  const ladder = [rules]
  for (const fork of forks) {
    rules = { ...applyChanges(rules, fork.changes), since: fork.number, fork }
    ladder.push(rules)
  }
  return ladder
}

/** The rules after some of them changed. A section without changes stays the same object. */
function applyChanges(rules: RuleTable, changes: RuleChanges): RuleTable {
  const { hardfork, work, difficulty, time, gas, rewards, limits } = rules
  return {
    hardfork: changes.hardfork ?? hardfork,
    work: changes.work === undefined ? work : { ...work, ...changes.work, exam: merge(work.exam, changes.work.exam) },
    difficulty: merge(difficulty, changes.difficulty),
    time: merge(time, changes.time),
    gas: merge(gas, changes.gas),
    rewards: merge(rewards, changes.rewards),
    limits: merge(limits, changes.limits),
    ...defined({ inference: changes.inference ?? rules.inference }),
  }
}

function merge<Section extends object>(section: Section, changes: Partial<NoInfer<Section>> | undefined): Section {
  return changes === undefined ? section : { ...section, ...changes }
}
