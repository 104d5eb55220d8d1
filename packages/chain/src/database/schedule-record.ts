import { type ForkStep, hashField, listField, rlpCodec, structField, uint64Field } from '@poai/core'

/** The record's name among those of packages above the store. */
export const SCHEDULE_NAME = 'forks'

/** More than network parameters can have. */
const MAX_STEPS = 256

const scheduleCodec = rlpCodec<readonly ForkStep[]>(
  'schedule',
  listField(structField<ForkStep>({ number: uint64Field, hash: hashField }), MAX_STEPS),
  MAX_STEPS * 64,
)

/** RLP `[[number, hash], …]`, from the first fork on. */
export function encodeSchedule(steps: readonly ForkStep[]): Uint8Array {
  return scheduleCodec.encode(steps)
}

/** Where nothing was recorded, there was no fork. */
export function decodeSchedule(bytes: Uint8Array | undefined): readonly ForkStep[] {
  return bytes === undefined ? [] : scheduleCodec.decode(bytes)
}
