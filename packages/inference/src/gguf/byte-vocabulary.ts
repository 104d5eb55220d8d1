/** A tokenizer's pieces, their kinds (`tokenizer.ggml.token_type`) and the tokens with a special meaning. */
export interface TokenVocabulary {
  readonly pieces: readonly string[]
  readonly types: readonly number[]
  readonly unknown: number
  readonly begin: number
  readonly end: number
}

/** Number of tokens in the byte vocabulary: 3 special ones and one for each byte. */
export const BYTE_VOCABULARY_SIZE = 259

/** The token of byte 0; byte b is token FIRST_BYTE_TOKEN + b. */
export const FIRST_BYTE_TOKEN = 3

const UNKNOWN = 0
const BEGIN = 1
const END = 2

/** `enum llama_token_type`. */
const TOKEN_TYPES = { normal: 1, unknown: 2, control: 3, byte: 6 } as const

/** The character that represents a space in a piece, as in SentencePiece. */
const SPACE_PIECE = '\u2581'

/**
 * One token a byte: 0 `<unk>`, 1 `<s>`, 2 `</s>`, then 3 + byte. Printable ASCII is a NORMAL one-character piece, any
 * other byte a BYTE piece such as `<0x0A>`: llama.cpp aborts the process on a byte without a piece, so every byte has
 * one. Tokens after these, up to `size`, are NORMAL pieces `<x259>`, `<x260>` … that no text reaches: they only make
 * the output layer larger.
 */
export function createByteVocabulary(size: number = BYTE_VOCABULARY_SIZE): TokenVocabulary {
  if (!Number.isInteger(size) || size < BYTE_VOCABULARY_SIZE) {
    throw new RangeError(`a byte vocabulary has at least ${BYTE_VOCABULARY_SIZE} tokens, not ${size}`)
  }
  const pieces = ['<unk>', '<s>', '</s>']
  const types: number[] = [TOKEN_TYPES.unknown, TOKEN_TYPES.control, TOKEN_TYPES.control]
  for (let byte = 0; byte < 256; byte++) {
    const printable = byte >= 0x20 && byte < 0x7f
    pieces.push(printable ? printablePiece(byte) : `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
    types.push(printable ? TOKEN_TYPES.normal : TOKEN_TYPES.byte)
  }
  for (let token = BYTE_VOCABULARY_SIZE; token < size; token++) {
    pieces.push(`<x${token}>`)
    types.push(TOKEN_TYPES.normal)
  }
  return { pieces, types, unknown: UNKNOWN, begin: BEGIN, end: END }
}

function printablePiece(byte: number): string {
  return byte === 0x20 ? SPACE_PIECE : String.fromCharCode(byte)
}
