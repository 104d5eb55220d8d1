/** No call nests deeper than a list of lists of objects; deeper documents would only use up the stack. */
export const MAX_JSON_DEPTH = 32

/**
 * Members and items of all lists and objects. The longest batch has about twenty thousand; more would only cost time.
 */
export const MAX_JSON_VALUES = 100_000

const COMMA = 44
const BACKSLASH = 92
const QUOTE = 34
const OPEN_LIST = 91
const CLOSE_LIST = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/**
 * Throws if a document nests deeper, or holds more values, than any call does. It looks at characters, not at JSON, so
 * it may refuse too much but never too little.
 */
export function checkDepth(text: string): void {
  let depth = 0
  let values = 0
  let isInText = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (isInText) {
      if (code === BACKSLASH) index++
      else if (code === QUOTE) isInText = false
      continue
    }
    if (code === QUOTE) isInText = true
    else if (code === COMMA) values++
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      depth++
      values++
      if (depth > MAX_JSON_DEPTH) throw new RangeError('nested too deep')
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--
    if (values > MAX_JSON_VALUES) throw new RangeError('too many values')
  }
}
