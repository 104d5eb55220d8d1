import type { AttackSize } from './stranger-case.ts'

/**
 * Tests run on machines that do other things too: by the clock they can only tell a node that stands still from one
 * that works. The bounds themselves are judged at full size.
 */
const TEST_SLACK = 20

/** True if a time is below its bound. */
export function isInTime(size: AttackSize, tookMs: number, boundMs: number): boolean {
  return tookMs < (size === 'full' ? boundMs : boundMs * TEST_SLACK)
}
