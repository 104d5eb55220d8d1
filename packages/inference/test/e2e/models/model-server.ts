import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Answers one request in a way of its own. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, file: Buffer) => void

/** An HTTP server on a free port of this machine that has one file and can be told to misbehave. */
export interface ModelServer {
  readonly url: string
  /** The `range` header of each request, in order; empty where there was none. */
  readonly ranges: readonly string[]
  /** Answers for the next requests, one each; after them the server behaves. */
  readonly script: Behaviour[]
  /** What the server has. */
  file: Buffer
  close(): Promise<void>
}

/** Starts a server that has `file`, as a good one: with ETag, ranges and conditional ranges. */
export async function startModelServer(file: Buffer): Promise<ModelServer> {
  const ranges: string[] = []
  const script: Behaviour[] = []
  const http = createServer((request, response) => {
    ranges.push(request.headers.range ?? '')
    const behave = script.shift() ?? serve
    behave(request, response, server.file)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const server: ModelServer = {
    url: `http://127.0.0.1:${port}/model.gguf`,
    ranges,
    script,
    file,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
  return server
}

/** The behaviour of a good server. */
export const serve: Behaviour = (request, response, file) => {
  const { offset, headers, status } = rangeOf(request, file)
  response.writeHead(status, headers)
  if (status === 416) response.end()
  else response.end(file.subarray(offset))
}

/** Sends the right headers and `bytes` of the content, then cuts the connection. */
export function cutAfter(bytes: number): Behaviour {
  return (request, response, file) => {
    const { offset, headers, status } = rangeOf(request, file)
    response.writeHead(status, headers)
    response.write(file.subarray(offset, offset + bytes), () => response.destroy())
  }
}

/** Sends the right headers and `bytes` of the content, then nothing. */
export function stallAfter(bytes: number): Behaviour {
  return (request, response, file) => {
    const { offset, headers, status } = rangeOf(request, file)
    response.writeHead(status, headers)
    response.write(file.subarray(offset, offset + bytes))
  }
}

/** Sends the whole file whatever was asked for. */
export const ignoreRange: Behaviour = (_, response, file) => {
  response.writeHead(200, { 'content-length': file.length })
  response.end(file)
}

/** Answers with a status and headers and no file. */
export function answer(status: number, headers: Record<string, string> = {}, body = ''): Behaviour {
  return (_, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

function rangeOf(
  request: IncomingMessage,
  file: Buffer,
): { readonly offset: number; readonly status: number; readonly headers: Record<string, string | number> } {
  const etag = `"${createHash('sha256').update(file).digest('hex').slice(0, 16)}"`
  const condition = request.headers['if-range']
  const wanted = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1]
  const offset = wanted !== undefined && (condition === undefined || condition === etag) ? Number(wanted) : 0
  if (offset === 0) return { offset, status: 200, headers: { etag, 'content-length': file.length } }
  if (offset >= file.length) return { offset, status: 416, headers: { 'content-range': `bytes */${file.length}` } }
  const range = `bytes ${offset}-${file.length - 1}/${file.length}`
  return { offset, status: 206, headers: { etag, 'content-length': file.length - offset, 'content-range': range } }
}
