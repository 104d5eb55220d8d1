const MAX_LINE = 120

/** A doc comment: on one line if it fits. */
export function jsDoc(text: string, indent: string): string {
  const line = `${indent}/** ${text} */`
  if (line.length <= MAX_LINE) return line
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    const longer = `${last ?? `${indent} *`} ${word}`
    if (last === undefined || longer.length > MAX_LINE) lines.push(`${indent} * ${word}`)
    else lines[lines.length - 1] = longer
  }
  return [`${indent}/**`, ...lines, `${indent} */`].join('\n')
}
