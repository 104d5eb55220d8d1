/** No call nests deeper than a list of lists of objects; deeper documents only cost stack. */
export const MAX_JSON_DEPTH = 32

const BACKSLASH = 92
const QUOTE = 34
const OPEN = new Set([91, 123])
const CLOSE = new Set([93, 125])

/** Throws if a document nests deeper than any call does. Looks at characters, not at JSON: it must only never miss depth. */
export function checkDepth(text: string): void {
  let depth = 0
  let isInText = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (isInText) {
      if (code === BACKSLASH) index++
      else if (code === QUOTE) isInText = false
      continue
    }
    if (code === QUOTE) isInText = true
    else if (OPEN.has(code)) {
      depth++
      if (depth > MAX_JSON_DEPTH) throw new RangeError('nested too deep')
    } else if (CLOSE.has(code)) depth--
  }
}
