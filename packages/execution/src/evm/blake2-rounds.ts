/** RFC 7693, section 2.7: which words of the message the eight mixings of a round take, two each. */
const SCHEDULE: readonly (readonly number[])[] = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
]

/** Section 3.1: the words of the state that each mixing of a round works on: columns, then diagonals. */
const MIXINGS: readonly (readonly [a: number, b: number, c: number, d: number])[] = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
]

/** Section 2.6: the initial values, SHA-512's. */
const INITIAL: readonly bigint[] = [
  0x6a09e667f3bcc908n,
  0xbb67ae8584caa73bn,
  0x3c6ef372fe94f82bn,
  0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n,
  0x9b05688c2b3e6c1fn,
  0x1f83d9abfb41bd6bn,
  0x5be0cd19137e2179n,
]

const WORDS = 16
const WORD_BYTES = 8
/** In the module's memory: the working state, then the message. */
const MESSAGE_AT = WORDS * WORD_BYTES

/** WebAssembly's instructions, as far as they are needed (core specification, section 5.4). */
const OP = {
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  end: [0x0b],
  branch: (depth: number) => [0x0c, depth],
  branchIf: (depth: number) => [0x0d, depth],
  get: (local: number) => [0x20, local],
  set: (local: number) => [0x21, local],
  load64: (offset: number) => [0x41, 0, 0x29, 3, ...unsigned(offset)],
  /** The value comes between address and instruction. */
  address: [0x41, 0],
  store64: (offset: number) => [0x37, 3, ...unsigned(offset)],
  one32: [0x41, 1],
  isZero32: [0x45],
  subtract32: [0x6b],
  /** Below 64, so that its signed encoding is one byte. */
  constant64: (value: number) => [0x42, value],
  add64: [0x7c],
  xor64: [0x85],
  rotateRight64: [0x8a],
} as const

/** LEB128. */
function unsigned(value: number): readonly number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >> 7)]
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...unsigned(content.length), ...content]
}

/** The local that holds a word of the state; local 0 counts the rounds that are left. */
function stateLocal(word: number): number {
  return word + 1
}

/** `target = (target ^ other) >>> bits`, round the word. */
function turn(target: number, other: number, bits: number): readonly number[] {
  return [
    ...[...OP.get(target), ...OP.get(other), ...OP.xor64],
    ...[...OP.constant64(bits), ...OP.rotateRight64, ...OP.set(target)],
  ]
}

function add(target: number, other: number): readonly number[] {
  return [...OP.get(target), ...OP.get(other), ...OP.add64, ...OP.set(target)]
}

function addMessage(target: number, word: number): readonly number[] {
  return [...OP.get(target), ...OP.load64(MESSAGE_AT + word * WORD_BYTES), ...OP.add64, ...OP.set(target)]
}

/** Section 3.1, the function G. */
function mixing(
  words: readonly [number, number, number, number],
  [x, y]: readonly [number, number],
): readonly number[] {
  const [a, b, c, d] = words.map(stateLocal) as [number, number, number, number]
  return [
    ...[...add(a, b), ...addMessage(a, x), ...turn(d, a, 32), ...add(c, d), ...turn(b, c, 24)],
    ...[...add(a, b), ...addMessage(a, y), ...turn(d, a, 16), ...add(c, d), ...turn(b, c, 63)],
  ]
}

/** Leaves the loop if no round is left, else counts down and does one. */
function round(schedule: readonly number[]): readonly number[] {
  const countDown = [...OP.get(0), ...OP.one32, ...OP.subtract32, ...OP.set(0)]
  const mixings = MIXINGS.flatMap((words, index) =>
    mixing(words, [schedule[2 * index] as number, schedule[2 * index + 1] as number]),
  )
  return [...OP.get(0), ...OP.isZero32, ...OP.branchIf(1), ...countDown, ...mixings]
}

/**
 * A module with a memory and a function of one i32, the number of rounds, over the state and message in that memory.
 */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const words = Array.from({ length: WORDS }, (_, word) => word)
  const body = [
    ...[1, WORDS, 0x7e],
    ...words.flatMap((word) => [...OP.load64(word * WORD_BYTES), ...OP.set(stateLocal(word))]),
    ...[...OP.block, ...OP.loop, ...SCHEDULE.flatMap(round), ...OP.branch(0), ...OP.end, ...OP.end],
    ...words.flatMap((word) => [...OP.address, ...OP.get(stateLocal(word)), ...OP.store64(word * WORD_BYTES)]),
    ...OP.end,
  ]
  const name = (text: string): readonly number[] => [text.length, ...Array.from(text, (letter) => letter.charCodeAt(0))]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, 0x7f, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('run'), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ])
}

interface RoundsModule {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly run: (rounds: number) => void
}

/** The part of the language's WebAssembly that is used here; its types come with those of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

const { memory, run } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes())).exports as RoundsModule

/** One compression; numbers in bytes are little-endian. */
export interface Blake2Input {
  /** Up to 2³² - 1; BLAKE2b itself takes 12. */
  readonly rounds: number
  /** 64 bytes. */
  readonly state: Uint8Array
  /** 128 bytes. */
  readonly message: Uint8Array
  /** 16 bytes: how much was hashed. */
  readonly offset: Uint8Array
  readonly isFinal: boolean
}

/** Rounds at a time: the schedule begins anew after ten. Some milliseconds. */
export const ROUNDS_AT_A_TIME: number = SCHEDULE.length * 1000

/**
 * BLAKE2b's compression function F (RFC 7693, section 3.2) with any number of rounds, {@link ROUNDS_AT_A_TIME} a step;
 * the last step returns the new state. WebAssembly that is written here, since it has 64-bit integers and JavaScript
 * does not. (Measured: `npm run bench -- execution-worst-case`.)
 */
export function* blake2Rounds({ rounds, state, message, offset, isFinal }: Blake2Input): Generator<void, Uint8Array> {
  // Between steps others may use the module: the working state is taken out of its memory.
  const working = new Uint8Array(WORDS * WORD_BYTES)
  const view = new DataView(working.buffer)
  working.set(state, 0)
  for (const [index, value] of INITIAL.entries()) view.setBigUint64((8 + index) * WORD_BYTES, value, true)
  xorInto(working.subarray(12 * WORD_BYTES), offset)
  if (isFinal) xorInto(working.subarray(14 * WORD_BYTES), ALL_ONES)
  for (let left = rounds; left > 0; left -= ROUNDS_AT_A_TIME) {
    const bytes = new Uint8Array(memory.buffer)
    bytes.set(working, 0)
    bytes.set(message, MESSAGE_AT)
    run(left < ROUNDS_AT_A_TIME ? left : ROUNDS_AT_A_TIME)
    working.set(bytes.subarray(0, working.length))
    if (left > ROUNDS_AT_A_TIME) yield
  }
  const result = Uint8Array.from(state)
  xorInto(result, working.subarray(0, 8 * WORD_BYTES))
  xorInto(result, working.subarray(8 * WORD_BYTES))
  return result
}

const ALL_ONES: Uint8Array = new Uint8Array(WORD_BYTES).fill(0xff)

function xorInto(target: Uint8Array, other: Uint8Array): void {
  for (const [index, byte] of other.entries()) target[index] = (target[index] as number) ^ byte
}
