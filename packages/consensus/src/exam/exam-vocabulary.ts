/** A token that may stand in the salt line, and the text it stands for. */
export interface SaltSymbol {
  readonly token: number
  readonly text: string
}

/**
 * How a model reads text, as far as exams need it. Part of a network's rules by way of its model: two nodes with
 * different vocabularies build different exams.
 */
export interface ExamVocabulary {
  /** Number of tokens: every id is below it. */
  readonly size: number
  /** Tokens that open every sequence, such as the begin-of-sequence token. */
  readonly begin: readonly number[]
  /** The token of a line end after the salt. */
  readonly newline: number
  /** The symbols of the salt line, each of equal probability. */
  readonly saltSymbols: readonly SaltSymbol[]
  /** The tokens of `text`, without anything added before or after. */
  encode(text: string): readonly number[]
  /** The text of tokens, for people: no rule reads it. Bytes that are not text show as U+FFFD. */
  decode(tokens: readonly number[]): string
}
