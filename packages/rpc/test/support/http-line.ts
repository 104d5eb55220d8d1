import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One connection that asks one thing after the other. */
export interface HttpLine {
  /** The body of the answer. */
  post(text: string): Promise<string>
  close(): void
}

const END_OF_HEAD = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i

/**
 * Opens a connection with as little of a client as there can be: Node's own costs more than a quick server's work, and
 * what is measured would be the client.
 */
export async function openHttpLine(url: string): Promise<HttpLine> {
  const { hostname, port } = new URL(url)
  const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, 'connect')
  const head = `POST / HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: `
  let chunks: Buffer[] = []
  let wanted = 0
  let came = 0
  let settle: { readonly resolve: (text: string) => void; readonly reject: (error: Error) => void } | undefined
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    came += chunk.length
    if (wanted === 0) {
      const text = Buffer.concat(chunks).toString('latin1')
      const end = text.indexOf(END_OF_HEAD)
      if (end < 0) return
      const length = LENGTH.exec(text.slice(0, end))?.[1]
      if (length === undefined)
        return void socket.destroy(new Error(`an answer without a length: ${text.slice(0, end)}`))
      wanted = end + END_OF_HEAD.length + Number(length)
    }
    if (came < wanted) return
    const answer = Buffer.concat(chunks).toString('utf8')
    chunks = []
    wanted = 0
    came = 0
    settle?.resolve(answer.slice(answer.indexOf(END_OF_HEAD) + END_OF_HEAD.length))
  })
  socket.on('error', (error) => settle?.reject(error))
  return {
    post: (text) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject }
        socket.write(`${head}${Buffer.byteLength(text)}\r\n\r\n${text}`)
      }),
    close: () => socket.destroy(),
  }
}
