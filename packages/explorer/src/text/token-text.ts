import type { Hex } from '@poai/core'

/** Longer names are cut. */
const MAX_SHOWN = 64
const WORD_BYTES = 32
/** Control characters and marks that change the direction of text: a name must not rearrange the text beside it. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** The text that a contract answered to `name()` or `symbol()`, or undefined if it answered something else. */
export function decodeText(answer: Hex): string | undefined {
  const bytes = Uint8Array.from(answer.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  const text = bytes.length === WORD_BYTES ? fixedText(bytes) : dynamicText(bytes)
  const seen = text?.replace(UNSEEN, '\u{FFFD}')
  if (seen === undefined || seen === '') return undefined
  const characters = [...seen]
  return characters.length <= MAX_SHOWN ? seen : `${characters.slice(0, MAX_SHOWN).join('')}…`
}

/** A string as the ABI writes it: where it begins, how long it is, its bytes. */
function dynamicText(bytes: Uint8Array): string | undefined {
  const start = wordAt(bytes, 0)
  const length = start === undefined ? undefined : wordAt(bytes, start)
  if (start === undefined || length === undefined) return undefined
  const end = start + WORD_BYTES + length
  return end > bytes.length ? undefined : decode(bytes.subarray(start + WORD_BYTES, end))
}

/** Early tokens answer with 32 bytes, filled up with zeros. */
function fixedText(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0)
  return decode(end < 0 ? bytes : bytes.subarray(0, end))
}

function wordAt(bytes: Uint8Array, offset: number): number | undefined {
  const word = bytes.subarray(offset, offset + WORD_BYTES)
  if (word.length < WORD_BYTES || word.subarray(0, WORD_BYTES - 4).some((byte) => byte !== 0)) return undefined
  return new DataView(word.buffer, word.byteOffset).getUint32(WORD_BYTES - 4)
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
