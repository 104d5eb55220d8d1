/** What a node, a model or a stranger wrote, on one line and without anything that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[^\u0020-\u007e]+/g, ' ').trim()
}

/** The same for text of several lines, in any language. */
export function printableLines(text: string): string {
  return text.replace(/(?:(?!\n)[\p{Cc}\p{Cf}])+/gu, ' ')
}
