import { SyntaxKind } from 'typescript/unstable/ast'
import { createScanner } from 'typescript/unstable/ast/scanner'

/** A word, sign, literal or comment of a TypeScript source. */
export interface Token {
  readonly kind: SyntaxKind
  /** What it stands for: of a string, its content. */
  readonly value: string
  /** As it is written. */
  readonly text: string
  readonly start: number
}

/** The tokens of a source without its comments. The source need not compile. */
export function readTokens(source: string): readonly Token[] {
  return readAll(source).filter(({ kind }) => !isComment(kind))
}

/** The comments of a source. */
export function readComments(source: string): readonly Token[] {
  return readAll(source).filter(({ kind }) => isComment(kind))
}

function readAll(source: string): readonly Token[] {
  const scanner = createScanner(/* skipTrivia */ false, undefined, source)
  const tokens: Token[] = []
  // One entry for each open brace: whether its closing brace continues a template literal.
  const braces: boolean[] = []
  let last: SyntaxKind | undefined
  for (;;) {
    let kind = scanner.scan()
    if (kind === SyntaxKind.EndOfFile) return tokens
    if (kind === SyntaxKind.CloseBraceToken && braces.pop() === true) {
      kind = scanner.reScanTemplateToken(/* isTaggedTemplate */ false)
      if (kind === SyntaxKind.TemplateMiddle) braces.push(true)
    } else if (kind === SyntaxKind.OpenBraceToken) {
      braces.push(false)
    } else if (kind === SyntaxKind.TemplateHead) {
      braces.push(true)
    } else if (isSlash(kind) && !endsOperand(last)) {
      kind = scanner.reScanSlashToken()
    }
    if (isSpace(kind)) continue
    const text = scanner.getTokenText()
    tokens.push({ kind, value: isComment(kind) ? text : scanner.getTokenValue(), text, start: scanner.getTokenStart() })
    if (!isComment(kind)) last = kind
  }
}

function isSpace(kind: SyntaxKind): boolean {
  return kind === SyntaxKind.WhitespaceTrivia || kind === SyntaxKind.NewLineTrivia
}

function isComment(kind: SyntaxKind): boolean {
  return kind === SyntaxKind.SingleLineCommentTrivia || kind === SyntaxKind.MultiLineCommentTrivia
}

function isSlash(kind: SyntaxKind): boolean {
  return kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken
}

/** Whether a slash after this token divides. After anything else it starts a regular expression. */
function endsOperand(kind: SyntaxKind | undefined): boolean {
  return (
    kind === SyntaxKind.Identifier ||
    kind === SyntaxKind.NumericLiteral ||
    kind === SyntaxKind.BigIntLiteral ||
    kind === SyntaxKind.StringLiteral ||
    kind === SyntaxKind.NoSubstitutionTemplateLiteral ||
    kind === SyntaxKind.TemplateTail ||
    kind === SyntaxKind.CloseParenToken ||
    kind === SyntaxKind.CloseBracketToken ||
    kind === SyntaxKind.CloseBraceToken ||
    kind === SyntaxKind.ThisKeyword ||
    kind === SyntaxKind.SuperKeyword ||
    kind === SyntaxKind.PlusPlusToken ||
    kind === SyntaxKind.MinusMinusToken
  )
}

/** The line of a place in a text, from 1. */
export function lineAt(source: string, position: number): number {
  let line = 1
  for (let index = source.indexOf('\n'); index !== -1 && index < position; index = source.indexOf('\n', index + 1)) {
    line++
  }
  return line
}
