import type { ProseLine } from './read-prose.ts'

/** Characters of a line; the formatter keeps code to the same. */
export const MAX_WIDTH = 120

/** What is wrong with a line, and what to do about it. */
export interface ProseFault {
  readonly line: number
  readonly message: string
}

/** Words that mean something else to readers, or nothing, and what to say instead. */
const WORDS: readonly (readonly [words: RegExp, instead: string])[] = [
  [/\bdear(er|est)?\b/i, 'expensive'],
  [/\bto be had\b/i, 'available'],
]

/** What tools read must stay on one line. */
const FOR_TOOLS = /\b(biome-ignore|@ts-|@typedef|@param|@returns|@type)\b/

/** Lines that are too wide, and words that are said another way. */
export function proseFaults(prose: readonly ProseLine[]): readonly ProseFault[] {
  return prose.flatMap(({ line, text }) => [...widthFaults(line, text), ...wordFaults(line, text)])
}

function widthFaults(line: number, text: string): readonly ProseFault[] {
  if (breakableWidth(text) <= MAX_WIDTH || FOR_TOOLS.test(text)) return []
  return [{ line, message: `${text.length} characters: break the line before ${MAX_WIDTH}` }]
}

/** Without addresses and the targets of links, which cannot be broken. */
function breakableWidth(text: string): number {
  return text.replaceAll(/\]\([^)]*\)/g, ']').replaceAll(/https?:\/\/\S+/g, '').length
}

function wordFaults(line: number, text: string): readonly ProseFault[] {
  return WORDS.flatMap(([words, instead]) => {
    const found = words.exec(text)?.[0]
    return found === undefined ? [] : [{ line, message: `"${found}": say "${instead}"` }]
  })
}
