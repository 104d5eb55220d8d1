import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { defined } from '@poai/core'

/** Answers requests for files. Resolves to false for anything else. */
export type ServeFile = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.gguf': 'application/octet-stream',
}

/**
 * Only this server's own scripts and styles run in the page, and it connects to no other server: data from the chain
 * cannot become code, even if the page has a bug. WebAssembly is allowed for verifying blocks in the browser; it can do
 * less than a script.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
}

/** Addresses that every block explorer has. */
const EXPLORER_LINK = /^\/(block|tx|address|token)\/(\w+)\/?$/
/** Their names hold a hash of their content. */
const ASSETS = `${sep}assets${sep}`
const FOR_EVER = 'public, max-age=31536000, immutable'
/** A page is small; larger files are not served from here. */
const MAX_FILE_BYTES = 4 * 1024 * 1024
/** What a browser computes with may be larger: it is kept in memory like the rest. */
const MAX_EXTRA_BYTES = 64 * 1024 * 1024

/** A file as it is sent. */
interface SiteFile {
  readonly bytes: Buffer
  /** Undefined if compression gains nothing. */
  readonly compressed: Buffer | undefined
  /** Weak: it stands for the content, compressed or not. */
  readonly tag: string
}

const compress = promisify(gzip)
/** Below it, compression saves no packet. */
const MIN_COMPRESSED_BYTES = 1024

/**
 * The path of a file that is served under a name such as `engine/model.gguf` but lies elsewhere; undefined for other
 * names.
 */
export type FindExtraFile = (name: string) => Promise<string | undefined>

/** Serves the files of a folder, as they are at each request: the page may be built while the node runs. */
export function createStaticSite(directory: string, findExtra: FindExtraFile = async () => undefined): ServeFile {
  // Requests that come while a file is being read share that read.
  const kept = new Map<string, { readonly modifiedMs: number; readonly file: Promise<SiteFile> }>()
  const load = async (path: string, maxBytes: number): Promise<SiteFile | undefined> => {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || !found.isFile() || found.size > maxBytes) return undefined
    const known = kept.get(path)
    if (known?.modifiedMs === found.mtimeMs) return known.file
    const file = readSiteFile(path)
    kept.set(path, { modifiedMs: found.mtimeMs, file })
    file.catch(() => kept.delete(path))
    return file
  }
  const index = join(directory, 'index.html')
  return async (request, response) => {
    const place = placeOf(request.url ?? '/')
    // Without the page there is nothing to lead to.
    if (place !== undefined && (await load(index, MAX_FILE_BYTES)) !== undefined) {
      response.writeHead(302, { ...HEADERS, location: place, 'content-length': 0 })
      response.end()
      return true
    }
    const path = pathOf(directory, request.url ?? '/')
    const type = path === undefined ? undefined : TYPES[extname(path)]
    if (path === undefined || type === undefined) return false
    const extra = await findExtra(path.slice(normalize(directory).length + 1))
    const file = await (extra === undefined ? load(path, MAX_FILE_BYTES) : load(extra, MAX_EXTRA_BYTES))
    if (file === undefined) return false
    const headers = {
      ...HEADERS,
      etag: file.tag,
      vary: 'accept-encoding',
      'cache-control': path.includes(ASSETS) ? FOR_EVER : 'no-cache',
    }
    if (request.headers['if-none-match'] === file.tag) {
      response.writeHead(304, headers)
      response.end()
      return true
    }
    const isCompressed = file.compressed !== undefined && acceptsGzip(request)
    const bytes = isCompressed ? file.compressed : file.bytes
    response.writeHead(200, {
      ...headers,
      ...defined({ 'content-encoding': isCompressed ? 'gzip' : undefined }),
      'content-type': type,
      'content-length': bytes.length,
    })
    response.end(request.method === 'HEAD' ? undefined : bytes)
    return true
  }
}

async function readSiteFile(path: string): Promise<SiteFile> {
  const bytes = await readFile(path)
  const tag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  const small = bytes.length < MIN_COMPRESSED_BYTES ? undefined : await compress(bytes)
  return { bytes, compressed: small !== undefined && small.length < bytes.length ? small : undefined, tag }
}

/** With a quality of 0 a client says that it cannot. */
function acceptsGzip({ headers }: IncomingMessage): boolean {
  return /(?:^|,)\s*gzip\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))/.test(String(headers['accept-encoding'] ?? ''))
}

/** Where the page shows what wallets link to (EIP-3091); undefined for every other address. */
function placeOf(url: string): string | undefined {
  const [, kind, name] = EXPLORER_LINK.exec(url) ?? []
  return kind === undefined ? undefined : `/#/${kind === 'token' ? 'address' : kind}/${name}`
}

/** The file that a request names; undefined for names that lead out of the folder or make no sense. */
function pathOf(directory: string, url: string): string | undefined {
  let name: string
  try {
    name = decodeURIComponent(new URL(url, 'http://node').pathname)
  } catch {
    return undefined
  }
  if (name.includes('\0')) return undefined
  const path = normalize(join(directory, name === '/' ? 'index.html' : name))
  return path.startsWith(normalize(directory) + sep) ? path : undefined
}
