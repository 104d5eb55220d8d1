/** A request that arrived whole, in the plain form. */
export interface QuickRequest {
  readonly host: string
  /** Where the body begins in the bytes that came. */
  readonly bodyStart: number
  readonly bodyBytes: number
}

const REQUEST_LINE = 'POST / HTTP/1.1\r\n'
const END_OF_HEAD = '\r\n\r\n'
/** The heads that programs send have a few hundred bytes. */
const MAX_HEAD_BYTES = 2048
/** With more digits, a request does not come in one piece. */
const LENGTH = /^\d{1,7}$/
/** Visible characters only: nothing that one parser takes for the end of a line and another does not. */
const MEMBER = /^([A-Za-z-]+):[ \t]*([\x20-\x7e]*)$/
/**
 * Headers that a plain request may have: they change nothing about how it is read or who may ask. Headers that decide
 * something (`origin`, `authorization`, `transfer-encoding`, `expect`, `upgrade` …) are not here.
 */
const PLAIN_MEMBERS: ReadonlySet<string> = new Set([
  'host',
  'content-type',
  'content-length',
  'connection',
  'user-agent',
  'accept',
  'accept-encoding',
  'accept-language',
  'sec-fetch-mode',
])

/**
 * Reads bytes that are exactly one plain POST to `/`, as programs send it; undefined for anything else, however valid.
 * It never has to understand what it refuses.
 */
export function readQuickRequest(bytes: Buffer): QuickRequest | undefined {
  const head = bytes.toString('latin1', 0, Math.min(bytes.length, MAX_HEAD_BYTES))
  const headEnd = head.indexOf(END_OF_HEAD)
  if (headEnd < 0 || !head.startsWith(REQUEST_LINE)) return undefined
  const seen = new Map<string, string>()
  for (const line of head.slice(REQUEST_LINE.length, headEnd).split('\r\n')) {
    const [, name = '', value = ''] = MEMBER.exec(line) ?? []
    const member = name.toLowerCase()
    if (!PLAIN_MEMBERS.has(member) || seen.has(member)) return undefined
    seen.set(member, value.trim())
  }
  const [host, length, connection = 'keep-alive'] = [
    seen.get('host'),
    seen.get('content-length'),
    seen.get('connection'),
  ]
  if (host === undefined || length === undefined || !LENGTH.test(length)) return undefined
  if (connection.toLowerCase() !== 'keep-alive') return undefined
  const [bodyStart, bodyBytes] = [headEnd + END_OF_HEAD.length, Number(length)]
  return bodyStart + bodyBytes === bytes.length ? { host, bodyStart, bodyBytes } : undefined
}

/** Reads the requests of one connection: clients send the same head again and again, which is then read only once. */
export class QuickReader {
  #head: Buffer | undefined
  #request: QuickRequest | undefined

  /** See {@link readQuickRequest}. */
  read(bytes: Buffer): QuickRequest | undefined {
    const [head, last] = [this.#head, this.#request]
    if (head !== undefined && last !== undefined && last.bodyStart + last.bodyBytes === bytes.length) {
      if (head.compare(bytes, 0, head.length) === 0) return last
    }
    const request = readQuickRequest(bytes)
    if (request !== undefined) {
      // A copy: the bytes that came are part of a larger piece of memory.
      this.#head = Buffer.from(bytes.subarray(0, request.bodyStart))
      this.#request = request
    }
    return request
  }
}
