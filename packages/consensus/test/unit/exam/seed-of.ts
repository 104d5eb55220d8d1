import { keccak256, utf8ToBytes } from '@poai/core'

/** A seed named by a label: fixed, so that a failing case can be run again. */
export function seedOf(label: string): Uint8Array {
  return keccak256(utf8ToBytes(`poai/test/${label}`))
}
