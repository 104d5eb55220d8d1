/**
 * Writes vectors of the tokens that generations draw, among them draws at which mistakes give another token:
 * `node --conditions=source packages/inference/test/strength/write-sampling-vectors.ts`. A changed vector is another
 * protocol; new ones may be added.
 */
import { writeFileSync } from 'node:fs'
import { keccak256, utf8ToBytes } from '@poai/core'
import { drawToken } from '../../src/engine/draw-token.ts'
import { floatToBits } from '../../src/engine/float-bits.ts'
import { Random } from './draw-calls.ts'
import { wordToHex } from './function-vectors.ts'
import { type DrawCase, drawWay, SAMPLING_MISTAKES } from './sampling-mistakes.ts'
import { SAMPLING_VECTORS_FILE, type SamplingVector } from './sampling-vectors.ts'

/** Vectors for each mistake, and draws that it gets wrong among which hashes are looked for. */
const WANTED = 4
const CANDIDATES = 20_000
/** Enough tokens for sums to round, few enough to read. */
const TOKENS = 24
const TEMPERATURES = [1, 99, 333, 700, 1000, 1001, 1700, 2000, 4999, 100_000]

const random = new Random(22)
const right = drawWay()
const vectors: SamplingVector[] = []

function seedOf(name: string): Uint8Array {
  return keccak256(utf8ToBytes(`poai sampling vectors ${name}`))
}

function bitsOf(seed: Uint8Array, index: number): number {
  const order = new Uint8Array(4)
  new DataView(order.buffer).setUint32(0, index)
  const [high = 0, middle = 0, low = 0] = keccak256(seed, order)
  return (high << 16) | (middle << 8) | low
}

function add(shows: string, seed: Uint8Array, index: number, { logits, temperature }: Omit<DrawCase, 'bits'>): void {
  const token = drawToken(logits, { temperature, seed }, index)
  const hex = Array.from(logits, (logit) => wordToHex(Object.is(logit, -0) ? 0x80000000 : floatToBits(logit))).join('')
  vectors.push({ shows, temperature, seed: Buffer.from(seed).toString('hex'), index, logits: hex, token })
}

function drawLogits(temperature: number): Float32Array {
  const spread = Math.min(40, (6 * temperature) / 1000)
  return Float32Array.from({ length: TOKENS }, () => (random.between(-20, 20) / 20) * spread)
}

/** Draws at the borders between tokens that the mistake gets wrong, by their bits. */
function candidatesOf(mistake: (draw: DrawCase) => number): ReadonlyMap<number, DrawCase> {
  const found = new Map<number, DrawCase>()
  for (let tries = 0; found.size < CANDIDATES && tries < 40_000; tries++) {
    const temperature = TEMPERATURES[tries % TEMPERATURES.length] as number
    const logits = drawLogits(temperature)
    const scale = (logit: number): number => Math.exp(((logit - Math.max(...logits)) * 1000) / temperature)
    const weights = [...logits].map(scale)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    let sum = 0
    for (const weight of weights) {
      sum += weight
      const border = Math.round((sum / total) * 2 ** 24)
      for (let bits = Math.max(0, border - 2); bits <= Math.min(2 ** 24 - 1, border + 2); bits++) {
        const draw = { logits, temperature, bits }
        if (right(draw) !== mistake(draw)) found.set(bits, draw)
      }
    }
  }
  return found
}

for (const [shows, mistake] of Object.entries(SAMPLING_MISTAKES)) {
  const candidates = candidatesOf(mistake)
  const seed = seedOf(shows)
  let count = 0
  for (let index = 0; count < WANTED && index < 4_000_000; index++) {
    const draw = candidates.get(bitsOf(seed, index))
    if (draw === undefined) continue
    add(shows, seed, index, draw)
    count += 1
  }
  process.stderr.write(`${shows}: ${candidates.size} draws, ${count} vectors\n`)
}

/** Sums of equal weights are whole numbers: a draw whose last 16 bits are 0 falls on one of them. */
const equal = new Float32Array(256)
const border = seedOf('border')
for (let index = 0, count = 0; count < 3; index++) {
  if ((bitsOf(border, index) & 0xffff) !== 0) continue
  add('the limit is a sum of 256 equal weights', border, index, { logits: equal, temperature: 1000 })
  count += 1
}
const plain = seedOf('plain')
const twoMaxima = Float32Array.of(1, 7, -2, 7, 7, 3)
add('temperature 0: the lowest of equal maxima', plain, 0, { logits: twoMaxima, temperature: 0 })
add('temperature 0: the lowest of two zeros', plain, 0, { logits: Float32Array.of(-1, -0, 0), temperature: 0 })
for (let index = 0; index < 4; index++) {
  add('equal maxima at the lowest temperature', plain, index, { logits: twoMaxima, temperature: 1 })
  add('the highest temperature', plain, index, { logits: Float32Array.of(-9, 0, 12, 3, -40), temperature: 100_000 })
}
add('the order of an index is big-endian', plain, 0x01020304, { logits: equal, temperature: 1000 })
add('the last index', plain, 0xffffffff, { logits: equal, temperature: 1000 })
add('one token', plain, 0, { logits: Float32Array.of(-3), temperature: 1000 })
const underflowing = { logits: Float32Array.of(-200, 0, -104, -103.5, -200), temperature: 1000 }
add('weights that are 0 or subnormal', plain, 0, underflowing)
const largest = 3.4028234663852886e38
add('a difference that overflows', plain, 0, { logits: Float32Array.of(largest, -largest, 0), temperature: 1000 })
add('a number that is none', plain, 0, { logits: Float32Array.of(1, Number.NaN, 2), temperature: 1000 })
add('an infinite number', plain, 0, { logits: Float32Array.of(1, Number.POSITIVE_INFINITY, 2), temperature: 1000 })

writeFileSync(SAMPLING_VECTORS_FILE, `[\n${vectors.map((vector) => JSON.stringify(vector)).join(',\n')}\n]\n`)
