import type { HeaderJson } from '@poai/api/client'

/** Told of new heads, and whether the connection to the node is open. */
export interface HeadListener {
  onHead(header: HeaderJson): void
  onLine(isOpen: boolean): void
}

const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 10_000

/** Follows new heads over a WebSocket that is opened again whenever it breaks. Returns a function that ends it. */
export function followHeads({ onHead, onLine }: HeadListener): () => void {
  const url = new URL('/', window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  let socket: WebSocket | undefined
  let pauseMs = FIRST_PAUSE_MS
  let isEnded = false
  let timer: number | undefined
  const open = (): void => {
    socket = new WebSocket(url)
    socket.addEventListener('open', () => {
      pauseMs = FIRST_PAUSE_MS
      onLine(true)
      socket?.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }))
    })
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as { readonly params?: { readonly result?: HeaderJson } }
      if (message.params?.result !== undefined) onHead(message.params.result)
    })
    socket.addEventListener('close', () => {
      if (isEnded) return
      onLine(false)
      timer = window.setTimeout(open, pauseMs)
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2)
    })
  }
  open()
  return () => {
    isEnded = true
    window.clearTimeout(timer)
    socket?.close()
  }
}
