import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Passes bytes on to a node, and notes which origins its clients say they have. */
export interface OriginRelay {
  readonly url: string
  /** Of each request that named one: its origin, and its first line. */
  readonly requests: readonly { readonly origin: string; readonly line: string }[]
  close(): Promise<void>
}

/** Opens a relay to the node at `target` on a free port. */
export async function openOriginRelay(target: string): Promise<OriginRelay> {
  const { hostname, port } = new URL(target)
  const requests: { origin: string; line: string }[] = []
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const node = connect(Number(port), hostname)
    for (const [from, to] of [
      [client, node],
      [node, client],
    ] as const) {
      open.add(from)
      from.pipe(to)
      from.once('error', () => to.destroy())
      from.once('close', () => {
        open.delete(from)
        to.destroy()
      })
    }
    // A browser sends the head of a request in one piece; bodies and frames of WebSockets have no such lines.
    client.on('data', (bytes: Buffer) => {
      const [head = ''] = bytes.toString('latin1').split('\r\n\r\n')
      const origin = /^origin: (.*)$/im.exec(head)?.[1]?.trim()
      if (origin !== undefined) requests.push({ origin, line: head.split('\r\n')[0] ?? '' })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const close = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of open) socket.destroy()
    await closed
  }
  return { url: `http://127.0.0.1:${address.port}/`, requests, close }
}
