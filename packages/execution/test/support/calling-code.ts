import { concatBytes, hex, uintToBytes } from '@poai/core'

/** Instructions that call. */
export type CallType = 'CALL' | 'CALLCODE' | 'DELEGATECALL' | 'STATICCALL'

const OPCODES: Readonly<Record<CallType, number>> = {
  CALL: 0xf1,
  CALLCODE: 0xf2,
  DELEGATECALL: 0xf4,
  STATICCALL: 0xfa,
}
const PUSH4 = 0x63
const PUSH20 = 0x73
const GAS = 0x5a
const PUSH0 = 0x5f
const CALLVALUE = 0x34

/** A call of `target` with the input in memory, from 0 on, whose size the code in `size` pushes. */
export function callCode(
  type: CallType,
  target: Uint8Array | bigint,
  { size, gas }: { readonly size: Uint8Array; readonly gas?: number | undefined },
): Uint8Array {
  const value = type === 'CALL' || type === 'CALLCODE' ? Uint8Array.of(CALLVALUE) : new Uint8Array(0)
  const address = typeof target === 'bigint' ? uintToBytes(target, 20) : target
  return concatBytes(
    ...[Uint8Array.of(PUSH0, PUSH0), size, Uint8Array.of(PUSH0), value],
    ...[Uint8Array.of(PUSH20), address],
    gas === undefined ? Uint8Array.of(GAS) : concatBytes(Uint8Array.of(PUSH4), uintToBytes(BigInt(gas), 4)),
    Uint8Array.of(OPCODES[type]),
  )
}

/** Copies the call data to memory, and pushes its size where that is asked for. */
const COPY_DATA = hex('0x365f5f37')
const DATA_SIZE = hex('0x36')
/** Puts whether the call succeeded and what it returned into memory, and its size on the stack. */
const TELL = hex('0x5f523d5f60203e3d602001')

/** The code of a contract that calls `target` with its own data, and returns a word for success and what came back. */
export function forwarder(target: Uint8Array | bigint, type: CallType = 'STATICCALL', gas?: number): Uint8Array {
  return concatBytes(COPY_DATA, callCode(type, target, { size: DATA_SIZE, gas }), TELL, hex('0x5ff3'))
}

/** The same, but it undoes all and fails with that. */
export function reverter(target: Uint8Array | bigint): Uint8Array {
  return concatBytes(COPY_DATA, callCode('CALL', target, { size: DATA_SIZE }), TELL, hex('0x5ffd'))
}

/** One of the calls that a program makes. */
export interface ProgramCall {
  readonly type: CallType
  readonly target: Uint8Array | bigint
  readonly input: Uint8Array
  readonly gas?: number | undefined
}

/** What a program does after its calls. */
export type ProgramEnd = 'stop' | 'revert' | 'invalid'

const ENDS: Readonly<Record<ProgramEnd, Uint8Array>> = {
  stop: hex('0x00'),
  revert: hex('0x5f5ffd'),
  invalid: hex('0xfe'),
}
const PUSH2 = 0x61
const CODECOPY = 0x39

/**
 * The init code of a contract that makes calls and keeps the hash of what each came to in its storage, one slot after
 * the other.
 */
export function programCode(calls: readonly ProgramCall[], end: ProgramEnd): Uint8Array {
  const write = (inputsAt: number): Uint8Array => {
    let at = inputsAt
    const pieces = calls.map(({ type, target, input, gas }, index) => {
      const size = push2(input.length)
      const piece = concatBytes(
        ...[size, push2(at), Uint8Array.of(PUSH0, CODECOPY)],
        ...[callCode(type, target, { size, gas }), TELL],
        // The hash of that much memory, into the slot with the call's number.
        ...[hex('0x5f20'), push2(index), hex('0x55')],
      )
      at += input.length
      return piece
    })
    return concatBytes(...pieces, ENDS[end])
  }
  return concatBytes(write(write(0).length), ...calls.map(({ input }) => input))
}

function push2(value: number): Uint8Array {
  return concatBytes(Uint8Array.of(PUSH2), uintToBytes(BigInt(value), 2))
}
