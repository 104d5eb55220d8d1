import { ModelError } from './model-error.ts'

/** Redirects followed from a model's URL: a hub takes one or two to its storage. */
const MAX_REDIRECTS = 5

/** The part of `fetch` that downloads need. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** A request for a file from byte `offset` on. */
export interface RangeRequest {
  readonly url: string
  readonly offset: number
  /**
   * ETag or date of the file that the first bytes came from: if the source has another file now, it sends that from its
   * start.
   */
  readonly validator?: string
  readonly signal: AbortSignal
}

/** The answer to a {@link RangeRequest}. */
export type RangeResponse =
  | {
      readonly kind: 'body'
      /** Where the body starts: at the requested offset, or at 0 if the source does not resume. */
      readonly offset: number
      /** Size of the whole file, if the source says. */
      readonly totalBytes: number | undefined
      readonly validator: string | undefined
      readonly body: AsyncIterable<Uint8Array>
    }
  /** The file has no byte at the offset (HTTP 416). */
  | { readonly kind: 'past-end'; readonly totalBytes: number | undefined }

/**
 * Asks a source for a file, following redirects. Throws a {@link ModelError} `MODEL_DOWNLOAD_FAILED` that says what the
 * source answered; whether another try may help is in {@link SourceError.isTransient}.
 */
export async function requestRange(fetch: Fetch, request: RangeRequest): Promise<RangeResponse> {
  const response = await followRedirects(fetch, request)
  if (response.status === 416) {
    await response.body?.cancel()
    return { kind: 'past-end', totalBytes: totalOf(response, /^bytes \*\/(\d+)$/) }
  }
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel()
    throw statusError(request.url, response)
  }
  if (response.body === null) throw new SourceError(`${hostOf(request.url)} sent no content`, { isTransient: false })
  const encoding = response.headers.get('content-encoding') ?? 'identity'
  if (encoding !== 'identity') {
    await response.body.cancel()
    throw new SourceError(`${hostOf(request.url)} sent the file compressed (${encoding})`, { isTransient: false })
  }
  return response.status === 206 ? partial(request, response, response.body) : whole(response, response.body)
}

/** A source did not deliver. */
export class SourceError extends ModelError {
  override readonly name: string = 'SourceError'
  /** True if the same request may work later. */
  readonly isTransient: boolean

  constructor(message: string, { isTransient, cause }: { readonly isTransient: boolean; readonly cause?: unknown }) {
    super('MODEL_DOWNLOAD_FAILED', message, { cause })
    this.isTransient = isTransient
  }
}

/** The host of a URL: queries may hold secrets, so that errors name no more. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the source'
}

async function followRedirects(fetch: Fetch, { url, offset, validator, signal }: RangeRequest): Promise<Response> {
  // Without this header the body may come compressed, and offsets would count other bytes.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (offset > 0) headers['range'] = `bytes=${offset}-`
  if (offset > 0 && validator !== undefined) headers['if-range'] = validator
  let target = url
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await fetch(target, { headers, redirect: 'manual', signal })
    const location = response.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response
    await response.body?.cancel()
    target = redirectTarget(target, location)
  }
  throw new SourceError(`${hostOf(url)} redirects more than ${MAX_REDIRECTS} times`, { isTransient: false })
}

function redirectTarget(from: string, location: string): string {
  if (!URL.canParse(location, from))
    throw new SourceError(`${hostOf(from)} redirects to no URL`, { isTransient: false })
  const target = new URL(location, from)
  const isSecure = target.protocol === 'https:'
  if (isSecure || (target.protocol === 'http:' && new URL(from).protocol === 'http:')) return target.href
  throw new SourceError(`${hostOf(from)} redirects to an insecure address (${target.protocol})`, { isTransient: false })
}

function partial(request: RangeRequest, response: Response, body: AsyncIterable<Uint8Array>): RangeResponse {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '')
  if (range === null || Number(range[1]) !== request.offset) {
    throw new SourceError(`${hostOf(request.url)} sent another range than was asked for`, { isTransient: false })
  }
  const totalBytes = range[2] === '*' ? undefined : Number(range[2])
  return { kind: 'body', offset: request.offset, totalBytes, validator: validatorOf(response), body }
}

function whole(response: Response, body: AsyncIterable<Uint8Array>): RangeResponse {
  const length = response.headers.get('content-length')
  const totalBytes = length !== null && /^\d+$/.test(length) ? Number(length) : undefined
  return { kind: 'body', offset: 0, totalBytes, validator: validatorOf(response), body }
}

/** A strong ETag, or else the date of the last change: what `If-Range` takes. */
function validatorOf(response: Response): string | undefined {
  const etag = response.headers.get('etag')
  if (etag?.startsWith('"')) return etag
  return response.headers.get('last-modified') ?? undefined
}

function totalOf(response: Response, pattern: RegExp): number | undefined {
  const total = pattern.exec(response.headers.get('content-range') ?? '')?.[1]
  return total === undefined ? undefined : Number(total)
}

function statusError(url: string, { status, statusText }: Response): SourceError {
  const isTransient = status === 408 || status === 425 || status === 429 || status >= 500
  return new SourceError(`${hostOf(url)} answers ${status} ${statusText}`.trim(), { isTransient })
}
