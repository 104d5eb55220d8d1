import { SyntaxKind } from 'typescript/unstable/ast'
import { lineAt, readTokens, type Token } from '../source/read-tokens.ts'

/** One place where a source file names another module. */
export interface ImportSite {
  /** What is named, such as `@poai/core` or `./bytes.ts`. */
  readonly specifier: string
  /** Line of the specifier, from 1. */
  readonly line: number
}

/**
 * Finds every module that a TypeScript source names in a string literal: static, side-effect, type-only and dynamic
 * imports, re-exports, and `import('…')` in types. It reads tokens only, so the source need not compile.
 */
export function findImports(source: string): ImportSite[] {
  const tokens = readTokens(source)
  const sites: ImportSite[] = []
  for (let index = 0; index < tokens.length; index++) {
    const specifier = specifierAt(tokens, index)
    if (specifier !== undefined) {
      sites.push({ specifier: specifier.value, line: lineAt(source, specifier.start) })
    }
  }
  return sites
}

/** The specifier of the import or re-export that starts at a token, if one does. */
function specifierAt(tokens: readonly Token[], index: number): Token | undefined {
  const kind = tokens[index]?.kind
  // `.import` and `.export` are property names.
  if (tokens[index - 1]?.kind === SyntaxKind.DotToken) return undefined
  if (kind === SyntaxKind.ImportKeyword) return importSpecifier(tokens, index + 1)
  if (kind === SyntaxKind.ExportKeyword) return reExportSpecifier(tokens, index + 1)
  return undefined
}

/** After `import`: `'x'`, `('x')`, or a clause of names and `from 'x'`. */
function importSpecifier(tokens: readonly Token[], next: number): Token | undefined {
  const first = tokens[next]
  if (first?.kind === SyntaxKind.StringLiteral) return first
  if (first?.kind === SyntaxKind.OpenParenToken) return stringAt(tokens, next + 1)
  for (let index = next; index < tokens.length; index++) {
    const kind = tokens[index]?.kind
    const following = stringAt(tokens, index + 1)
    if (kind === SyntaxKind.FromKeyword && following !== undefined) return following
    if (!isClauseToken(kind)) return undefined
  }
  return undefined
}

/** After `export`: only `*`, `* as name` and `{ names }`, each perhaps after `type`, can be followed by `from 'x'`. */
function reExportSpecifier(tokens: readonly Token[], next: number): Token | undefined {
  const start = tokens[next]?.kind === SyntaxKind.TypeKeyword ? next + 1 : next
  const kind = tokens[start]?.kind
  if (kind !== SyntaxKind.AsteriskToken && kind !== SyntaxKind.OpenBraceToken) return undefined
  return importSpecifier(tokens, start)
}

/** Whether a token can occur between `import` and `from`: names, braces, commas, stars, quoted export names. */
function isClauseToken(kind: SyntaxKind | undefined): boolean {
  if (kind === undefined) return false
  return (
    kind === SyntaxKind.OpenBraceToken ||
    kind === SyntaxKind.CloseBraceToken ||
    kind === SyntaxKind.CommaToken ||
    kind === SyntaxKind.AsteriskToken ||
    kind === SyntaxKind.StringLiteral ||
    isWord(kind)
  )
}

function isWord(kind: SyntaxKind): boolean {
  return kind === SyntaxKind.Identifier || (kind >= SyntaxKind.FirstKeyword && kind <= SyntaxKind.LastKeyword)
}

function stringAt(tokens: readonly Token[], index: number): Token | undefined {
  const token = tokens[index]
  const isString = token?.kind === SyntaxKind.StringLiteral || token?.kind === SyntaxKind.NoSubstitutionTemplateLiteral
  return isString ? token : undefined
}
