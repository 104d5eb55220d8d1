/**
 * How the format `bytes-1` reads text: token 0 is unknown, 1 begins a sequence, 2 ends one, and 3 + b is the byte b.
 */

/** Tokens in all. */
export const BYTE_TOKENS = 259
/** Tokens before the bytes. */
export const SPECIAL_TOKENS = 3
/** Opens every sequence. */
export const BEGIN_TOKEN = 1

/** The token of a byte. */
export function byteToToken(byte: number): number {
  return SPECIAL_TOKENS + byte
}

/** The sequence that a prompt is: the token that begins one, and a token for each byte. */
export function promptToTokens(prompt: Uint8Array): Uint32Array {
  return Uint32Array.from([BEGIN_TOKEN, ...Array.from(prompt, byteToToken)])
}

/** The bytes of tokens. Specials are not text and are left out. */
export function tokensToText(tokens: readonly number[]): Uint8Array {
  return Uint8Array.from(tokens.filter((token) => token >= SPECIAL_TOKENS).map((token) => token - SPECIAL_TOKENS))
}
