import { type Address, hexToBytes, invariant, type Log, toAddress, toHash32, uintToBytes } from '@poai/core'
import type { FrameEnd, FrameStart, TraceHooks, TraceLog } from '@poai/execution'

function bytesOf(hex: string): Uint8Array {
  const bytes = hexToBytes(`0x${hex}`)
  invariant(bytes !== undefined, 'a constant is in hexadecimal')
  return bytes
}

/** Where no contract is: coins, as execution-apis name them. */
const COINS: Address = toAddress(bytesOf('ee'.repeat(20)))
/** keccak256 of `Transfer(address,address,uint256)`. */
const TRANSFER = toHash32(bytesOf('ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'))
const WORD_BYTES = 32

interface OpenFrame {
  readonly start: FrameStart
  readonly logs: Log[]
}

/** The logs of a transaction, with one for each movement of coins in their order, as if coins were an ERC-20 token. */
export class TransferLogs implements TraceHooks {
  readonly #open: OpenFrame[] = []
  /** What was not undone. */
  logs: readonly Log[] = []

  readonly onEnter = (start: FrameStart): void => {
    this.#open.push({ start, logs: [] })
  }

  readonly onExit = ({ failure, createdAddress }: FrameEnd): void => {
    const frame = this.#open.pop()
    if (frame === undefined || failure !== undefined) return
    const { start, logs } = frame
    const to = start.to ?? createdAddress
    const moves = start.value > 0n && start.type !== 'DELEGATECALL' && start.type !== 'CALLCODE'
    const all = moves && to !== undefined ? [transferLog(start, to), ...logs] : logs
    const outer = this.#open.at(-1)
    if (outer === undefined) this.logs = all
    else outer.logs.push(...all)
  }

  readonly onLog = ({ address, topics, data }: TraceLog): void => {
    this.#open.at(-1)?.logs.push({ address, topics, data })
  }
}

function transferLog({ from, value }: FrameStart, to: Uint8Array): Log {
  return { address: COINS, topics: [TRANSFER, word(from), word(to)], data: uintToBytes(value, WORD_BYTES) }
}

function word(address: Uint8Array): ReturnType<typeof toHash32> {
  const bytes = new Uint8Array(WORD_BYTES)
  bytes.set(address, WORD_BYTES - address.length)
  return toHash32(bytes)
}
