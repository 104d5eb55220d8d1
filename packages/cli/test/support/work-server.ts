import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { FarmService } from '@poai/miner'

/** The four methods of a farm desk over HTTP, and nothing else of a node. */
export interface WorkServer {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

interface Call {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

/** Serves a desk on this machine. */
export async function serveWork(service: FarmService, port: number = 0): Promise<WorkServer> {
  const server: Server = createServer(async (request, response) => {
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    const { id, method, params } = JSON.parse(await text(request)) as Call
    const reply = await answer(service, { id, method, params }, gone.signal).then(
      (result) => ({ jsonrpc: '2.0', id, result }),
      (error: unknown) => ({ jsonrpc: '2.0', id, error: { code: -32000, message: String(error) } }),
    )
    response.setHeader('content-type', 'application/json').end(JSON.stringify(reply))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(
  service: FarmService,
  { method, params: [parameter] }: Call,
  signal: AbortSignal,
): Promise<unknown> {
  switch (method) {
    case 'poai_getWork':
      return await service.getWork(parameter, signal)
    case 'poai_submitWork':
      return await service.submitWork(parameter)
    case 'poai_submitRate':
      return await service.submitRate(parameter)
    case 'poai_networkParams':
      return await service.networkParams()
    default:
      throw new Error(`no method ${method}`)
  }
}
