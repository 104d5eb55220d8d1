import type { RandomStream } from '../random-stream.ts'

/** A uniform number of exactly `digits` decimal digits; 0 counts as a number of one digit. */
export function drawNumber(stream: RandomStream, digits: number): number {
  const low = digits === 1 ? 0 : 10 ** (digits - 1)
  return stream.between(low, 10 ** digits - 1)
}
