import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError, type Logger, type Startable } from '@poai/core'
import type { MetricsPage } from './metrics-page.ts'

export interface MetricsServerOptions {
  readonly host: string
  /** 0 picks any free one. */
  readonly port: number
}

/** The answer to a health check. */
export interface Health {
  readonly isWell: boolean
  /** What the node is doing, or what is wrong with it. */
  readonly text: string
}

/** What the server needs, and nothing more. */
export interface MetricsServerDependencies {
  readonly metrics: MetricsPage
  /** Should the process be left running? */
  alive(): Health
  /** Should clients be sent here? */
  ready(): Health
  readonly logger: Logger
}

/** `/metrics` for Prometheus; `/health` and `/ready` for whatever restarts nodes and balances their load. */
export interface MetricsServer extends Startable {
  /** Undefined until it listens. */
  readonly url: string | undefined
}

/** Enough for a scraper and a few health checks. */
const MAX_CONNECTIONS = 32
const REQUEST_TIMEOUT_MS = 10_000

/** A server, not yet started. */
export function createMetricsServer(
  options: MetricsServerOptions,
  dependencies: MetricsServerDependencies,
): MetricsServer {
  const { metrics, alive, ready, logger } = dependencies
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/metrics': async () => ({ status: 200, type: metrics.contentType, text: await metrics.render() }),
    '/health': async () => pageOf(alive()),
    '/ready': async () => pageOf(ready()),
  }
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    const page = request.method === 'GET' && Object.hasOwn(pages, path) ? pages[path] : undefined
    if (page === undefined) {
      send(response, { status: 404, type: 'text/plain', text: 'here are /metrics, /health and /ready\n' })
      return
    }
    page().then(
      (content) => send(response, content),
      (error: unknown) => {
        logger.warn('The metrics could not be read', { error })
        send(response, { status: 500, type: 'text/plain', text: 'internal error\n' })
      },
    )
  })
  server.maxConnections = MAX_CONNECTIONS
  server.requestTimeout = REQUEST_TIMEOUT_MS
  return {
    get url() {
      const address = server.address() as AddressInfo | null
      return address === null
        ? undefined
        : `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${address.port}`
    },
    start: () => listen(server, options),
    stop: async () => {
      if (!server.listening) return
      const { promise, resolve } = Promise.withResolvers<void>()
      server.close(() => resolve())
      server.closeAllConnections()
      await promise
    },
  }
}

interface Page {
  readonly status: number
  readonly type: string
  readonly text: string
}

function pageOf({ isWell, text }: Health): Page {
  return { status: isWell ? 200 : 503, type: 'text/plain; charset=utf-8', text: `${text}\n` }
}

function send(response: ServerResponse, { status, type, text }: Page): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
  response.end(text)
}

async function listen(server: Server, { host, port }: MetricsServerOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  await promise.catch((cause: unknown) => {
    throw new AppError('NODE_METRICS_PORT', `cannot listen on ${host}:${port} for metrics`, {
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'stop the other program, or choose another port: --metrics-port',
      cause,
    })
  })
  server.off('error', reject)
}
