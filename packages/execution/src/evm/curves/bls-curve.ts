import {
  FIELD_BYTES,
  loadMcl,
  MCL_CURVES,
  type Mcl,
  type Place,
  putReversed,
  SCALAR_BYTES,
  takeReversed,
} from './mcl.ts'

/** EIP-2537 pads numbers of the field, which take 48 bytes, with zeros to 64. */
const PADDED_BYTES = 64
const PADDING: number = PADDED_BYTES - FIELD_BYTES

/** How the two groups differ: G1 has coordinates in the field, G2 in its square. */
interface Group {
  /** Numbers of the field in a coordinate. */
  readonly degree: number
  /** Points that are multiplied together, in one step of some milliseconds. */
  readonly pointsAtATime: number
  isValid(point: Place): number
  isValidOrder(point: Place): number
  isZero(point: Place): number
  normalize(to: Place, point: Place): void
  add(to: Place, x: Place, y: Place): void
  mulVec(to: Place, points: Place, scalars: Place, count: number): void
}

const G1_POINTS_AT_A_TIME = 8
const G2_POINTS_AT_A_TIME = 4
const COORDINATES = 3
/** A number of the field that pairings end in has twelve of the field below. */
const PAIRED_BYTES: number = 12 * FIELD_BYTES
/** mcl's mode for the maps of RFC 9380, which EIP-2537 names. */
const RFC_9380 = 5

/** Why an input is refused: it makes the precompile fail, and is no fault of ours. */
export class NotOnCurve extends Error {}

function encodedBytes({ degree }: Group): number {
  return 2 * degree * PADDED_BYTES
}

function memoryBytes({ degree }: Group): number {
  return COORDINATES * degree * FIELD_BYTES
}

/** Bytes of a point in the first group, in the second, and of a scalar, as EIP-2537 writes them. */
export const G1_BYTES: number = 2 * PADDED_BYTES
export const G2_BYTES: number = 4 * PADDED_BYTES
export const BLS_SCALAR_BYTES = 32

/**
 * The curve BLS12-381 behind the precompiles 0x0b to 0x11 (EIP-2537). What may take long is a generator, which yields
 * every few milliseconds. Methods throw {@link NotOnCurve}; the lengths of inputs are right.
 */
export class BlsCurve {
  readonly #mcl: Mcl
  readonly g1: Group
  readonly g2: Group
  /** Room for what one step works on; nothing in it lasts beyond the step. */
  readonly #bytes: Place
  readonly #points: Place
  readonly #scalars: Place
  readonly #result: Place
  readonly #other: Place

  constructor(mcl: Mcl) {
    mcl._mclBn_setMapToMode(RFC_9380)
    // So that "valid" means on the curve, and its subgroup is asked for where EIP-2537 wants it.
    mcl._mclBn_verifyOrderG1(0)
    mcl._mclBn_verifyOrderG2(0)
    this.#mcl = mcl
    this.g1 = {
      ...{ degree: 1, pointsAtATime: G1_POINTS_AT_A_TIME },
      ...{ isValid: mcl._mclBnG1_isValid, isValidOrder: mcl._mclBnG1_isValidOrder, isZero: mcl._mclBnG1_isZero },
      ...{ normalize: mcl._mclBnG1_normalize, add: mcl._mclBnG1_add, mulVec: mcl._mclBnG1_mulVec },
    }
    this.g2 = {
      ...{ degree: 2, pointsAtATime: G2_POINTS_AT_A_TIME },
      ...{ isValid: mcl._mclBnG2_isValid, isValidOrder: mcl._mclBnG2_isValidOrder, isZero: mcl._mclBnG2_isZero },
      ...{ normalize: mcl._mclBnG2_normalize, add: mcl._mclBnG2_add, mulVec: mcl._mclBnG2_mulVec },
    }
    this.#bytes = mcl._malloc(PADDED_BYTES)
    this.#points = mcl._malloc(G1_POINTS_AT_A_TIME * memoryBytes(this.g2))
    this.#scalars = mcl._malloc(G1_POINTS_AT_A_TIME * SCALAR_BYTES)
    this.#result = mcl._malloc(PAIRED_BYTES)
    this.#other = mcl._malloc(PAIRED_BYTES)
  }

  /** The sum of two points of the curve, in its subgroup or not. */
  add(group: Group, input: Uint8Array): Uint8Array {
    const size = encodedBytes(group)
    const [first, second] = [this.#points, this.#points + memoryBytes(group)]
    this.#readPoint(group, first, input.subarray(0, size))
    this.#readPoint(group, second, input.subarray(size))
    group.add(this.#result, first, second)
    return this.#writePoint(group)
  }

  /** The sum of points of the subgroup, each times the scalar after it. */
  *multiSum(group: Group, input: Uint8Array): Generator<void, Uint8Array> {
    const termBytes = encodedBytes(group) + BLS_SCALAR_BYTES
    const stepBytes = group.pointsAtATime * termBytes
    let sum: Uint8Array | undefined
    for (let at = 0; at < input.length; at += stepBytes) {
      if (at > 0) yield
      this.#multiply(group, input.subarray(at, at + stepBytes))
      if (sum !== undefined) {
        this.#mcl.HEAP8.set(sum, this.#other)
        group.add(this.#result, this.#result, this.#other)
      }
      sum = this.#copy(memoryBytes(group))
    }
    return this.#writePoint(group)
  }

  /** Whether the product of the pairings of points, each of the first group with the one of the second, is one. */
  *isPairingOne(input: Uint8Array): Generator<void, boolean> {
    const mcl = this.#mcl
    const [left, right] = [this.#points, this.#points + memoryBytes(this.g1)]
    mcl._mclBnGT_setInt32(this.#result, 1)
    let product = this.#copy(PAIRED_BYTES)
    for (let at = 0; at < input.length; at += G1_BYTES + G2_BYTES) {
      const middle = at + G1_BYTES
      this.#readOfSubgroup(this.g1, left, input.subarray(at, middle))
      this.#readOfSubgroup(this.g2, right, input.subarray(middle, middle + G2_BYTES))
      if (this.g1.isZero(left) === 0 && this.g2.isZero(right) === 0) {
        mcl._mclBn_millerLoop(this.#other, left, right)
        mcl.HEAP8.set(product, this.#result)
        mcl._mclBnGT_mul(this.#result, this.#result, this.#other)
        product = this.#copy(PAIRED_BYTES)
      }
      yield
    }
    mcl.HEAP8.set(product, this.#result)
    mcl._mclBn_finalExp(this.#result, this.#result)
    return mcl._mclBnGT_isOne(this.#result) === 1
  }

  mapToG1(input: Uint8Array): Uint8Array {
    this.#readNumber(this.#points, input)
    this.#mcl._mclBnFp_mapToG1(this.#result, this.#points)
    return this.#writePoint(this.g1)
  }

  mapToG2(input: Uint8Array): Uint8Array {
    this.#readNumber(this.#points, input.subarray(0, PADDED_BYTES))
    this.#readNumber(this.#points + FIELD_BYTES, input.subarray(PADDED_BYTES))
    this.#mcl._mclBnFp2_mapToG2(this.#result, this.#points)
    return this.#writePoint(this.g2)
  }

  #multiply(group: Group, terms: Uint8Array): void {
    const mcl = this.#mcl
    const [pointBytes, size] = [encodedBytes(group), memoryBytes(group)]
    const termBytes = pointBytes + BLS_SCALAR_BYTES
    const count = terms.length / termBytes
    for (let index = 0; index < count; index++) {
      const scalarAt = index * termBytes + pointBytes
      this.#readOfSubgroup(group, this.#points + index * size, terms.subarray(index * termBytes, scalarAt))
      putReversed(mcl, this.#bytes, terms.subarray(scalarAt, scalarAt + BLS_SCALAR_BYTES))
      mcl._mclBnFr_setLittleEndianMod(this.#scalars + index * SCALAR_BYTES, this.#bytes, BLS_SCALAR_BYTES)
    }
    group.mulVec(this.#result, this.#points, this.#scalars, count)
  }

  #readOfSubgroup(group: Group, to: Place, point: Uint8Array): void {
    this.#readPoint(group, to, point)
    if (group.isValidOrder(to) === 0) throw new NotOnCurve('a point is not in the subgroup')
  }

  /** All zeros are the point at infinity. */
  #readPoint(group: Group, to: Place, point: Uint8Array): void {
    const coordinateBytes = group.degree * FIELD_BYTES
    for (let index = 0; index < 2 * group.degree; index++) {
      const number = point.subarray(index * PADDED_BYTES, (index + 1) * PADDED_BYTES)
      this.#readNumber(to + index * FIELD_BYTES, number)
    }
    const third = to + 2 * coordinateBytes
    this.#mcl.HEAP8.fill(0, third, third + coordinateBytes)
    if (point.every((byte) => byte === 0)) return
    this.#mcl._mclBnFp_setInt32(third, 1)
    if (group.isValid(to) === 0) throw new NotOnCurve('a point is not on the curve')
  }

  #readNumber(to: Place, padded: Uint8Array): void {
    for (let index = 0; index < PADDING; index++) {
      if (padded[index] !== 0) throw new NotOnCurve('a number is not padded with zeros')
    }
    putReversed(this.#mcl, this.#bytes, padded.subarray(PADDING))
    const read = this.#mcl._mclBnFp_deserialize(to, this.#bytes, FIELD_BYTES)
    if (read === 0) throw new NotOnCurve('a number is not below the modulus of the field')
  }

  #writePoint(group: Group): Uint8Array {
    const mcl = this.#mcl
    const encoded = new Uint8Array(encodedBytes(group))
    if (group.isZero(this.#result) === 1) return encoded
    group.normalize(this.#result, this.#result)
    for (let index = 0; index < 2 * group.degree; index++) {
      mcl._mclBnFp_serialize(this.#bytes, PADDED_BYTES, this.#result + index * FIELD_BYTES)
      const end = (index + 1) * PADDED_BYTES
      takeReversed(mcl, this.#bytes, encoded.subarray(end - FIELD_BYTES, end))
    }
    return encoded
  }

  /** What the result is, for the next step: others may work here in between. */
  #copy(bytes: number): Uint8Array {
    return Uint8Array.from(this.#mcl.HEAP8.subarray(this.#result, this.#result + bytes))
  }
}

let loaded: Promise<BlsCurve> | undefined

/** Compiled when it is first needed: most programs never ask. */
export function blsCurve(): Promise<BlsCurve> {
  loaded ??= loadMcl(MCL_CURVES.bls12381).then((mcl) => new BlsCurve(mcl))
  return loaded
}
