import { RuleError } from '../errors/rule-error.ts'
import { decodeRlp, encodeRlp } from '../rlp.ts'
import type { Field } from './field.ts'

/** Turns one wire type into bytes and back. `decode` throws a `RuleError` on anything but the canonical encoding. */
export interface Codec<T> {
  readonly maxBytes: number
  encode(value: T): Uint8Array
  decode(bytes: Uint8Array): T
}

/** Refuses input over its bound before anything else is done with it. */
export function checkSize(bytes: Uint8Array, maxBytes: number, name: string): void {
  if (bytes.length > maxBytes) {
    throw new RuleError('OVERSIZE', `${name} is too large`, {
      expected: `<= ${maxBytes} bytes`,
      actual: `${bytes.length} bytes`,
    })
  }
}

/** The codec of a type named `name` that `field` describes, of at most `maxBytes` bytes. */
export function rlpCodec<T>(name: string, field: Field<T>, maxBytes: number): Codec<T> {
  return {
    maxBytes,
    encode: (value) => encodeRlp(field.toItem(value)),
    decode: (bytes) => {
      checkSize(bytes, maxBytes, name)
      return field.fromItem(decodeRlp(bytes), name)
    },
  }
}
