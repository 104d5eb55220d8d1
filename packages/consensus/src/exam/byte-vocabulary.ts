import { utf8ToBytes } from '@poai/core'
import type { ExamVocabulary, SaltSymbol } from './exam-vocabulary.ts'

/** Tokens before the bytes: 0 unknown, 1 begin of sequence, 2 end of sequence. */
const SPECIAL_TOKENS = 3
const BEGIN_OF_SEQUENCE = 1
const LINE_FEED = 0x0a

/** 64 characters, so that a symbol carries exactly 6 bits. */
const SALT_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-'

function byteToToken(byte: number): number {
  return SPECIAL_TOKENS + byte
}

function encode(text: string): readonly number[] {
  return Array.from(utf8ToBytes(text), byteToToken)
}

/** Specials are not text and are left out. */
function decode(tokens: readonly number[]): string {
  const bytes = tokens.filter((token) => token >= SPECIAL_TOKENS).map((token) => token - SPECIAL_TOKENS)
  return new TextDecoder().decode(Uint8Array.from(bytes))
}

/** The vocabulary of 259 tokens in which every byte is one token: token of byte b = 3 + b. */
export function createByteVocabulary(): ExamVocabulary {
  const saltSymbols: readonly SaltSymbol[] = Array.from(SALT_CHARACTERS, (text) => ({
    token: byteToToken(text.charCodeAt(0)),
    text,
  }))
  return {
    size: SPECIAL_TOKENS + 256,
    begin: [BEGIN_OF_SEQUENCE],
    newline: byteToToken(LINE_FEED),
    saltSymbols,
    encode,
    decode,
  }
}
