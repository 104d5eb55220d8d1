import { readFileSync } from 'node:fs'
import { bitsToFloat } from '../../src/engine/float-bits.ts'
import type { Sampling } from '../../src/engine/inference-engine.ts'

/** A token that is drawn, and what it shows. Logits are eight hexadecimal digits each, one string. */
export interface SamplingVector {
  /** What another way of computing it gets wrong, or the edge that it stands at. */
  readonly shows: string
  readonly temperature: number
  readonly seed: string
  readonly index: number
  readonly logits: string
  readonly token: number
}

export const SAMPLING_VECTORS_FILE: URL = new URL('../spec/vectors/sampling.vectors.json', import.meta.url)

/** The vectors that are recorded. */
export function readSamplingVectors(): readonly SamplingVector[] {
  return JSON.parse(readFileSync(SAMPLING_VECTORS_FILE, 'utf8')) as readonly SamplingVector[]
}

export function samplingOf({ temperature, seed }: SamplingVector): Sampling {
  return { temperature, seed: Uint8Array.from(Buffer.from(seed, 'hex')) }
}

export function logitsOf({ logits }: SamplingVector): Float32Array {
  return Float32Array.from(logits.match(/.{8}/g) ?? [], (word) => bitsToFloat(Number.parseInt(word, 16)))
}
