/** A record as pino writes it. */
interface LogRecord {
  readonly level: string
  readonly time: number
  readonly msg: string
  readonly data: Readonly<Record<string, unknown>>
}

/** The members that every record has. */
const FRAME: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'component'])
/** Values line up in a column unless the message is longer. */
const MESSAGE_WIDTH = 36
/** Longer values are cut in the terminal; the log file has them whole. */
const MAX_VALUE = 120
const LEVEL_TAGS: Readonly<Record<string, string>> = { error: 'ERROR', warn: 'WARN ', info: '     ', debug: 'debug' }
/** A terminal's control characters, wherever they come from: an escape sequence in a log can hide what follows it. */
const CONTROL = /\p{Cc}/gu

/** Turns a line of JSON into one for people. Anything that is not one of our records is shown as it is. */
export function humanLine(json: string): string {
  const record = parseRecord(json)
  if (record === undefined) return `${printable(json)}\n`
  const time = new Date(record.time)
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':')
  const tag = LEVEL_TAGS[record.level] ?? record.level
  const values = Object.entries(record.data)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(' ')
  const message = values === '' ? record.msg : record.msg.padEnd(MESSAGE_WIDTH)
  return `${clock} ${tag} ${printable(`${message} ${values}`.trimEnd())}\n`
}

function parseRecord(json: string): LogRecord | undefined {
  try {
    const { level, time, msg, ...rest } = JSON.parse(json)
    if (typeof level !== 'string' || typeof time !== 'number' || typeof msg !== 'string') return undefined
    return { level, time, msg, data: Object.fromEntries(Object.entries(rest).filter(([name]) => !FRAME.has(name))) }
  } catch {
    return undefined
  }
}

function formatValue(value: unknown): string {
  if (isError(value)) {
    const { message, hint, cause } = value
    const why = isError(cause) ? `: ${cause.message}` : ''
    return `"${message}${why}"${typeof hint === 'string' ? ` (${hint})` : ''}`
  }
  if (typeof value === 'string' && /^0x[0-9a-f]{64}$/.test(value)) return `${value.slice(0, 10)}…${value.slice(-4)}`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const short = text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text
  return typeof value === 'string' && short.includes(' ') ? `"${short}"` : short
}

function isError(
  value: unknown,
): value is { readonly message: string; readonly hint?: unknown; readonly cause?: unknown } {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value
}

function printable(text: string): string {
  return text.replaceAll(CONTROL, ' ')
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
