import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StrangerCase } from '@poai/testing/strangers'
import { RPC_DEFAULTS } from '../../src/index.ts'
import { batchOf, judge, MAX_IMPORT_MS, MAX_PAUSE_MS, siege } from '../support/victim.ts'

const CONNECTIONS = 30
const TARGET = `0x${'aa'.repeat(20)}`
/** RETURN of a million zeros: two million characters. */
const CALL = {
  method: 'eth_call',
  params: [{ to: TARGET, gas: '0x2faf080' }, 'latest', { [TARGET]: { code: '0x620f42405ff3' } }],
}
/**
 * As text, and encoded on its way to the kernel: what a character takes at its most, and what blocks grow by meanwhile.
 */
const BYTES_OF_CHARACTER = 2
const OTHER_BYTES = 32 * 1024 * 1024
const MAX_GROWN_BYTES = RPC_DEFAULTS.maxCharacters * BYTES_OF_CHARACTER + OTHER_BYTES

/** Asks by a plain request and never reads. */
function askAndNotRead(port: number, body: string): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.pause()
  socket.on('error', () => undefined)
  socket.write(`POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  return socket
}

export const stranger: StrangerCase = {
  name: 'rpc-unread',
  attack: `${CONNECTIONS} connections ask for answers of 25 MB each and never read`,
  before: '750 MB were held',
  bound: `memory grows by less than ${MAX_GROWN_BYTES / 1024 / 1024} MiB (maxCharacters is ${RPC_DEFAULTS.maxCharacters}), no pause above ${MAX_PAUSE_MS} ms, p99 of imports below ${MAX_IMPORT_MS} ms`,
  run: async (size) => {
    const sockets: Socket[] = []
    try {
      const figures = await siege({ chainBlocks: 3, minedBlocks: 200 }, async ({ port }) => {
        const body = batchOf(Array.from({ length: 12 }, () => CALL))
        for (let count = 0; count < CONNECTIONS; count++) sockets.push(askAndNotRead(port, body))
        await sleep(size === 'full' ? 15_000 : 10_000)
      })
      return judge(size, figures, MAX_GROWN_BYTES)
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  },
}
