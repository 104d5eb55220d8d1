import createModule from 'mcl-wasm/dist/mcl_c.js'

/** A place in the library's memory. */
export type Place = number

/**
 * What is used of mcl, a library of curves in WebAssembly: the exported functions themselves, without the package's
 * classes, which copy every number to JavaScript and back. Tests answer 1 or 0.
 */
export interface Mcl {
  /** Of the library's memory now: it moves when the memory grows. */
  readonly HEAP8: Int8Array
  _malloc(bytes: number): Place
  _mclBn_init(curve: number, sizes: number): number
  _mclBn_setMapToMode(mode: number): number
  _mclBn_verifyOrderG1(isOn: 0 | 1): void
  _mclBn_verifyOrderG2(isOn: 0 | 1): void
  /** Reads bytes in little-endian order; answers how many, 0 for a number that is not below the field's. */
  _mclBnFp_deserialize(to: Place, from: Place, bytes: number): number
  _mclBnFp_serialize(to: Place, bytes: number, from: Place): number
  _mclBnFp_setInt32(to: Place, value: number): void
  _mclBnFp_mapToG1(to: Place, from: Place): number
  _mclBnFp2_mapToG2(to: Place, from: Place): number
  _mclBnFr_deserialize(to: Place, from: Place, bytes: number): number
  _mclBnFr_setLittleEndianMod(to: Place, from: Place, bytes: number): number
  _mclBnFr_isZero(x: Place): number
  _mclBnFr_isEqual(x: Place, y: Place): number
  _mclBnFr_inv(to: Place, x: Place): void
  _mclBnFr_mul(to: Place, x: Place, y: Place): void
  _mclBnG1_isValid(x: Place): number
  _mclBnG1_isValidOrder(x: Place): number
  _mclBnG1_isZero(x: Place): number
  _mclBnG1_normalize(to: Place, x: Place): void
  _mclBnG1_add(to: Place, x: Place, y: Place): void
  _mclBnG1_mulVec(to: Place, points: Place, scalars: Place, count: number): void
  _mclBnG2_isValid(x: Place): number
  _mclBnG2_isValidOrder(x: Place): number
  _mclBnG2_isZero(x: Place): number
  _mclBnG2_normalize(to: Place, x: Place): void
  _mclBnG2_add(to: Place, x: Place, y: Place): void
  _mclBnG2_mulVec(to: Place, points: Place, scalars: Place, count: number): void
  _mclBnGT_setInt32(to: Place, value: number): void
  _mclBnGT_mul(to: Place, x: Place, y: Place): void
  _mclBnGT_isOne(x: Place): number
  _mclBn_millerLoop(to: Place, g1: Place, g2: Place): void
  _mclBn_finalExp(to: Place, x: Place): void
}

/** The library's numbers of curves. */
export const MCL_CURVES = { bls12381: 5, p256: 107 } as const

/** What a number takes in the library's memory, of the field and of scalars: room for the largest curve. */
export const FIELD_BYTES = 48
export const SCALAR_BYTES = 32
/** The library asks its caller for the sizes that it was compiled for: words of a field and of a scalar. */
const COMPILED_SIZES: number = (SCALAR_BYTES / 8) * 10 + FIELD_BYTES / 8

function noRandomness(): never {
  throw new RangeError('a rule draws no random numbers')
}

/** An instance for one curve, with a memory of its own. */
export async function loadMcl(curve: number): Promise<Mcl> {
  const library = (await createModule({ cryptoGetRandomValues: noRandomness })) as Mcl
  if (library._mclBn_init(curve, COMPILED_SIZES) !== 0) throw new RangeError('mcl does not know the curve')
  return library
}

/** Copies bytes into the library's memory, the last one first: it wants numbers in little-endian order. */
export function putReversed({ HEAP8 }: Mcl, place: Place, bytes: Uint8Array): void {
  const last = place + bytes.length - 1
  for (let index = 0; index < bytes.length; index++) HEAP8[last - index] = bytes[index] as number
}

/** Copies from there into `target`, the last byte first. */
export function takeReversed({ HEAP8 }: Mcl, place: Place, target: Uint8Array): void {
  const last = target.length - 1
  for (let index = 0; index < target.length; index++) target[last - index] = HEAP8[place + index] as number
}
