import type { Random } from './random.ts'

/** Mutants longer than this say nothing that shorter ones do not, and slow the run. */
const MAX_MUTANT_BYTES = 4096

/** RLP's turning points, and what overflows: where decoders go wrong. */
const TELLING_BYTES = [0x00, 0x01, 0x7f, 0x80, 0x81, 0xb7, 0xb8, 0xbb, 0xbf, 0xc0, 0xc1, 0xf7, 0xf8, 0xfb, 0xff]

type Mutation = (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array

function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...inserted, ...bytes.subarray(at + removed)])
}

const flipBit: Mutation = (bytes, random) => {
  const at = random.below(bytes.length)
  return bytes.with(at, (bytes[at] as number) ^ (1 << random.below(8)))
}

const setTellingByte: Mutation = (bytes, random) =>
  bytes.with(random.below(bytes.length), TELLING_BYTES[random.below(TELLING_BYTES.length)] as number)

const nudgeByte: Mutation = (bytes, random) => {
  const at = random.below(bytes.length)
  return bytes.with(at, (bytes[at] as number) + (random.below(2) === 0 ? 1 : 255))
}

const truncate: Mutation = (bytes, random) => bytes.slice(0, random.below(bytes.length))
const remove: Mutation = (bytes, random) =>
  splice(bytes, random.below(bytes.length), 1 + random.below(8), new Uint8Array(0))
const insert: Mutation = (bytes, random) =>
  splice(
    bytes,
    random.below(bytes.length + 1),
    0,
    Uint8Array.from({ length: 1 + random.below(8) }, () => random.below(256)),
  )

const repeatPart: Mutation = (bytes, random) => {
  const from = random.below(bytes.length)
  return splice(bytes, from, 0, bytes.subarray(from, from + 1 + random.below(64)))
}

const graft: Mutation = (bytes, random, other) => {
  const from = random.below(other.length)
  return splice(bytes, random.below(bytes.length), random.below(32), other.subarray(from, from + 1 + random.below(64)))
}

const replaceAll: Mutation = (_, random) => Uint8Array.from({ length: random.below(64) }, () => random.below(256))

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setTellingByte,
  nudgeByte,
  truncate,
  remove,
  insert,
  repeatPart,
  graft,
  replaceAll,
]

/** One to four changes to `bytes`; `other` lends parts. */
export function mutate(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let mutant = bytes
  for (let count = 1 + random.below(4); count > 0 && mutant.length > 0; count--) {
    const mutation = MUTATIONS[random.below(MUTATIONS.length)] as Mutation
    mutant = mutation(mutant, random, other).subarray(0, MAX_MUTANT_BYTES)
  }
  return mutant
}
