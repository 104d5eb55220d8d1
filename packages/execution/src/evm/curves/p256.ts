import { concatBytes, hex } from '@poai/core'
import { FIELD_BYTES, loadMcl, MCL_CURVES, type Mcl, type Place, putReversed, SCALAR_BYTES } from './mcl.ts'

const WORD_BYTES = 32
const POINT_BYTES: number = 3 * FIELD_BYTES
/** The base point of secp256r1 (SEC 2, section 2.4.2): x and y. */
const BASE: Uint8Array = concatBytes(
  hex('0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'),
  hex('0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5'),
)

/** The curve secp256r1, as far as EIP-7951 asks: whether a signature is right. */
export class P256 {
  readonly #mcl: Mcl
  readonly #bytes: Place
  /** The base point and the public key. */
  readonly #points: Place
  /** What they are multiplied with. */
  readonly #scalars: Place
  readonly #sum: Place
  readonly #r: Place
  readonly #s: Place

  constructor(mcl: Mcl) {
    // The curve has no subgroup to check.
    mcl._mclBn_verifyOrderG1(0)
    this.#mcl = mcl
    this.#bytes = mcl._malloc(WORD_BYTES)
    this.#points = mcl._malloc(2 * POINT_BYTES)
    this.#scalars = mcl._malloc(2 * SCALAR_BYTES)
    this.#sum = mcl._malloc(POINT_BYTES)
    this.#r = mcl._malloc(SCALAR_BYTES)
    this.#s = mcl._malloc(SCALAR_BYTES)
  }

  /** `input` is the hash, r, s, and the public key's x and y, 32 bytes each. A high s is as good as a low one. */
  isSignature(input: Uint8Array): boolean {
    const mcl = this.#mcl
    const [hash, r, s] = [0, 1, 2].map((index) => input.subarray(index * WORD_BYTES, (index + 1) * WORD_BYTES)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    if (!this.#readScalar(this.#r, r) || !this.#readScalar(this.#s, s)) return false
    // mulVec may change what it is given.
    if (!this.#readPoint(this.#points, BASE)) return false
    if (!this.#readPoint(this.#points + POINT_BYTES, input.subarray(3 * WORD_BYTES))) return false
    const [ofBase, ofKey] = [this.#scalars, this.#scalars + SCALAR_BYTES]
    mcl._mclBnFr_inv(this.#s, this.#s)
    putReversed(mcl, this.#bytes, hash)
    mcl._mclBnFr_setLittleEndianMod(ofBase, this.#bytes, WORD_BYTES)
    mcl._mclBnFr_mul(ofBase, ofBase, this.#s)
    mcl._mclBnFr_mul(ofKey, this.#r, this.#s)
    mcl._mclBnG1_mulVec(this.#sum, this.#points, this.#scalars, 2)
    if (mcl._mclBnG1_isZero(this.#sum) === 1) return false
    mcl._mclBnG1_normalize(this.#sum, this.#sum)
    // x is a number of the field, r one below the order: they agree if they do as scalars.
    mcl._mclBnFp_serialize(this.#bytes, WORD_BYTES, this.#sum)
    mcl._mclBnFr_setLittleEndianMod(this.#s, this.#bytes, WORD_BYTES)
    return mcl._mclBnFr_isEqual(this.#s, this.#r) === 1
  }

  /** False for 0, and for the order and what is above it. */
  #readScalar(to: Place, word: Uint8Array): boolean {
    putReversed(this.#mcl, this.#bytes, word)
    if (this.#mcl._mclBnFr_deserialize(to, this.#bytes, WORD_BYTES) === 0) return false
    return this.#mcl._mclBnFr_isZero(to) === 0
  }

  /** False for what is not on the curve; two zeros, which some write for the point at infinity, are not. */
  #readPoint(to: Place, point: Uint8Array): boolean {
    const mcl = this.#mcl
    for (let index = 0; index < 2; index++) {
      putReversed(mcl, this.#bytes, point.subarray(index * WORD_BYTES, (index + 1) * WORD_BYTES))
      if (mcl._mclBnFp_deserialize(to + index * FIELD_BYTES, this.#bytes, WORD_BYTES) === 0) return false
    }
    mcl._mclBnFp_setInt32(to + 2 * FIELD_BYTES, 1)
    return mcl._mclBnG1_isValid(to) === 1
  }
}

let loaded: Promise<P256> | undefined

/** Compiled when it is first needed: most programs never ask. */
export function p256(): Promise<P256> {
  loaded ??= loadMcl(MCL_CURVES.p256).then((mcl) => new P256(mcl))
  return loaded
}
