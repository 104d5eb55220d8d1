/**
 * Answers a question by reading its text alone: shares nothing with the code that made it. Throws on text that it
 * cannot read.
 */
export function answerOf(question: string): string {
  for (const [form, solve] of FORMS) {
    const match = form.exec(question)
    if (match) return String(solve(match.slice(1) as string[]))
  }
  throw new Error(`a question of no known form: ${question}`)
}

type Solve = (parts: string[]) => string | number | boolean

const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz'

const yesNo = (holds: boolean): string => (holds ? 'yes' : 'no')

const FORMS: readonly (readonly [RegExp, Solve])[] = [
  [/^(\d+) \+ (\d+)\?$/, numbers((a, b) => a + b)],
  [/^Add (\d+) and (\d+)\.$/, numbers((a, b) => a + b)],
  [/^(\d+) - (\d+)\?$/, numbers((a, b) => a - b)],
  [/^Take (\d+) from (\d+)\.$/, numbers((a, b) => b - a)],
  [/^(\d+) \* (\d+)\?$/, numbers((a, b) => a * b)],
  [/^(\d+) times (\d+)\?$/, numbers((a, b) => a * b)],
  [/^(\d+) mod (\d+)\?$/, numbers((a, b) => a - b * Math.floor(a / b))],
  [/^(\d+) % (\d+)\?$/, numbers((a, b) => a - b * Math.floor(a / b))],
  [/^(\d+) > (\d+)\?$/, numbers((a, b) => yesNo(a > b))],
  [/^(\d+) < (\d+)\?$/, numbers((a, b) => yesNo(a < b))],
  [/^Is (\d+) more than (\d+)\?$/, numbers((a, b) => yesNo(a > b))],
  [/^Is (\d+) less than (\d+)\?$/, numbers((a, b) => yesNo(a < b))],
  [/^Max of (\d+(?:, \d+){2,3})\?$/, ([list = '']) => Math.max(...list.split(', ').map(Number))],
  [/^Min of (\d+(?:, \d+){2,3})\?$/, ([list = '']) => Math.min(...list.split(', ').map(Number))],
  [/^Next: (\d+(?:, \d+){2,3})\?$/, ([list = '']) => nextTerm(list)],
  [/^(\d+(?:, \d+){2,3}), then\?$/, ([list = '']) => nextTerm(list)],
  [/^([a-z]+) backwards\?$/, ([word = '']) => reversed(word)],
  [/^Reverse ([a-z]+)\.$/, ([word = '']) => reversed(word)],
  [/^Count ([a-l]) in ([a-l]{4,7})\.$/, ([letter = '', word = '']) => word.split(letter).length - 1],
  [/^Sort ([a-z]{3,5}|\d{3,6})\.$/, ([characters = '']) => sorted(characters)],
  [/^(\d) (day|days|month|months) (after|before) ([A-Z][a-z]+)\?$/, calendarName],
  [/^[A-Z][a-z]{2} had (\d+), got (\d+), ate (\d+)\. Left\?$/, numbers((had, got, ate) => had + got - ate)],
  [/^[A-Z][a-z]{2} had (\d+), ate (\d+), got (\d+)\. Left\?$/, numbers((had, ate, got) => had - ate + got)],
  [/^(\d) bags of (\d) [a-z]{4}, (\d) lost\. Left\?$/, numbers((bags, each, lost) => bags * each - lost)],
  [/^Next ([23]) of ([a-z]{3,8})\?$/, ([wanted, shown = '']) => continuation(shown, Number(wanted))],
  [/^([a-z() ]+)\?$/, ([expression = '']) => truth(expression)],
]

function numbers(solve: (a: number, b: number, c: number) => number | string): Solve {
  return ([a, b, c]) => solve(Number(a), Number(b), Number(c))
}

function nextTerm(list: string): number {
  const terms = list.split(', ').map(Number)
  const [before, last] = terms.slice(-2) as [number, number]
  const steps = new Set(terms.slice(1).map((term, i) => term - Number(terms[i])))
  if (steps.size !== 1) throw new Error(`not an arithmetic sequence: ${list}`)
  return 2 * last - before
}

function reversed(word: string): string {
  let answer = ''
  for (const letter of word) answer = letter + answer
  return answer
}

function sorted(characters: string): string {
  return [...'0123456789abcdefghijklmnopqrstuvwxyz'].map((c) => c.repeat(characters.split(c).length - 1)).join('')
}

function calendarName([distance, unit = '', direction, start = '']: string[]): string {
  if ((distance === '1') === unit.endsWith('s')) throw new Error(`wrong number: ${distance} ${unit}`)
  const names = unit.startsWith('day') ? DAYS : MONTHS
  let index = names.indexOf(start)
  if (index < 0) throw new Error(`not a ${unit}: ${start}`)
  for (let left = Number(distance); left > 0; left--) {
    index += direction === 'after' ? 1 : -1
    if (index === names.length) index = 0
    if (index < 0) index = names.length - 1
  }
  return String(names[index])
}

/** The shortest period that explains the letters, seen at least twice; else the alphabet. */
function continuation(shown: string, wanted: number): string {
  for (let period = 1; 2 * period <= shown.length; period++) {
    if (shown.slice(period) !== shown.slice(0, -period)) continue
    let text = shown
    while (text.length < shown.length + wanted) text += text.charAt(text.length - period)
    return text.slice(shown.length)
  }
  const at = ALPHABET.indexOf(shown)
  if (at < 0) throw new Error(`no pattern: ${shown}`)
  return ALPHABET.slice(at + shown.length, at + shown.length + wanted)
}

/** Rewrites the expression until one word is left. */
function truth(expression: string): string {
  let text = expression
  for (;;) {
    const next = text
      .replace(/not (true|false)/, (_, value) => (value === 'true' ? 'false' : 'true'))
      .replace(/\((true|false) and (true|false)\)|^(true|false) and (true|false)$/, (all) =>
        all.includes('false') ? 'false' : 'true',
      )
      .replace(/\((true|false) or (true|false)\)|^(true|false) or (true|false)$/, (all) =>
        all.includes('true') ? 'true' : 'false',
      )
    if (next === text) break
    text = next
  }
  if (text !== 'true' && text !== 'false') throw new Error(`not an expression: ${expression}`)
  return text
}
