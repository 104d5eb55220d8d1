export { expectToHold } from './run-stranger-case.ts'
export type { AttackOutcome, AttackSize, StrangerCase } from './stranger-case.ts'
export { isInTime } from './time-bound.ts'
