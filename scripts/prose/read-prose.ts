import { lineAt, readComments } from '../source/read-tokens.ts'

/** A line with prose in it, as it stands in its file. */
export interface ProseLine {
  /** From 1. */
  readonly line: number
  readonly text: string
}

/** The prose of a Markdown text: all but tables and blocks of code. */
export function proseOfMarkdown(text: string): readonly ProseLine[] {
  let isCode = false
  return linesOf(text).filter(({ text: line }) => {
    const isFence = /^\s*(```|~~~)/.test(line)
    if (isFence) isCode = !isCode
    return !isCode && !isFence && !/^\s*\|/.test(line)
  })
}

/** The prose of a source file: the lines of its comments. */
export function proseOfSource(source: string): readonly ProseLine[] {
  const lines = linesOf(source)
  const numbers = readComments(source).flatMap(({ start, text }) => {
    const first = lineAt(source, start)
    return text.split('\n').map((_, index) => first + index)
  })
  return [...new Set(numbers)].flatMap((number) => lines[number - 1] ?? [])
}

function linesOf(text: string): readonly ProseLine[] {
  return text.split('\n').map((line, index) => ({ line: index + 1, text: line }))
}
