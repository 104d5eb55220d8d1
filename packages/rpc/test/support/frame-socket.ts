import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const TEXT_FRAME = 0x81
const MASKED = 0x80
const LENGTH_IN_TWO_BYTES = 126

/** A WebSocket client that is nearly nothing: thousands of them must not cost more than the server that is measured. */
export async function openFrameSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  await once(socket, 'connect')
  socket.write(
    `GET / HTTP/1.1\r\nhost: ${hostname}:${port}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  )
  const [answer] = (await once(socket, 'data')) as [Buffer]
  if (!answer.toString('latin1').startsWith('HTTP/1.1 101 '))
    throw new Error(`no WebSocket: ${answer.toString('latin1')}`)
  return socket
}

/** A text in one frame (RFC 6455, section 5.2); a mask of zeros is a mask. */
export function textFrame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head =
    payload.length < LENGTH_IN_TWO_BYTES
      ? Buffer.from([TEXT_FRAME, MASKED | payload.length])
      : Buffer.from([TEXT_FRAME, MASKED | LENGTH_IN_TWO_BYTES, payload.length >> 8, payload.length & 255])
  return Buffer.concat([head, Buffer.alloc(4), payload])
}
