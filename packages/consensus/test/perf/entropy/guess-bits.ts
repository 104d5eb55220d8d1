import { ascending, crossResiduals, mean, quantile } from './statistics.ts'

/** One number that a cheat has to know to the last bit, and how far the cheat's best prediction is off. */
export interface Guess {
  /** What the model says. */
  readonly actual: number
  /** The number less its prediction. */
  readonly residual: number
  /** True if the prediction, as it stands, is right to the last bit. */
  readonly isHit: boolean
  /** Anything that tells easy from hard: guesses are judged among those with similar values. */
  readonly difficulty: number
}

/** Groups of similar difficulty: a cheat may pick exams that are easy to predict. */
const GROUPS = 10

/** What is open about one number. */
interface OpenNumber {
  readonly bits: number
  /** By the histogram alone, as if no prediction were ever right as it stands. */
  readonly smoothBits: number
  /** The spread of the errors of its group: their number divided by the highest density. */
  readonly spread: number
}

/**
 * Bits that the best single guess of each number leaves open: -log2 of the larger of two chances among numbers that are
 * equally hard. One is density · spacing, where density is the highest bar of the histogram of the residuals, taken
 * three standard errors too high, and spacing that of binary32 at the number: it holds as far as the low bits, which
 * the prediction cannot reach, are even within a bar (see {@link unevenBits}). The other is the share of predictions
 * that are right as they stand, taken as high: no histogram shows those.
 */
export function guessBits(guesses: readonly Guess[]): readonly number[] {
  return openNumbers(guesses).map(({ bits }) => bits)
}

function openNumbers(guesses: readonly Guess[]): readonly OpenNumber[] {
  const limits = ascending(guesses.map(({ difficulty }) => difficulty))
  const groups: number[][] = Array.from({ length: GROUPS }, () => [])
  const borders = Array.from({ length: GROUPS - 1 }, (_, i) => quantile(limits, (i + 1) / GROUPS))
  guesses.forEach(({ difficulty }, index) => {
    groups[borders.filter((border) => difficulty >= border).length]?.push(index)
  })
  const open = new Array<OpenNumber>(guesses.length).fill({ bits: 0, smoothBits: 0, spread: 1 })
  for (const group of groups) {
    const own = group.map((index) => guesses[index] as Guess)
    const density = highestDensity(own.map(({ residual }) => residual))
    const hits = own.filter(({ isHit }) => isHit).length
    // Where no hit was seen, one in a third of all numbers might still have been.
    const hitShare = hits === 0 ? 3 / guesses.length : upperCount(hits) / own.length
    for (const index of group) {
      const smooth = density * spacing((guesses[index] as Guess).actual)
      const bits = openBits(Math.max(hitShare, smooth))
      open[index] = { bits, smoothBits: openBits(smooth), spread: 1 / density }
    }
  }
  return open
}

function openBits(chance: number): number {
  return Math.max(0, -Math.log2(chance))
}

/** A count taken three standard errors too high. */
function upperCount(count: number): number {
  return count + 3 * Math.sqrt(count) + 3
}

/** Bars to the width that holds the middle half of the residuals. */
const BARS = 8

function highestDensity(residuals: readonly number[]): number {
  const sorted = ascending(residuals)
  const width = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / BARS
  if (!(width > 0)) return Number.POSITIVE_INFINITY
  let highest = 0
  let start = 0
  // The window slides over the sorted residuals: no bar's place can hide a peak.
  sorted.forEach((residual, end) => {
    while (residual - (sorted[start] as number) > width) start++
    highest = Math.max(highest, end - start + 1)
  })
  return upperCount(highest) / (sorted.length * width)
}

/** The distance from one binary32 to the next. */
function spacing(value: number): number {
  return 2 ** (Math.floor(Math.log2(Math.max(Math.abs(value), 2 ** -126))) - 23)
}

/** What all numbers of an attempt leave open together. */
export interface AttemptBits {
  readonly mean: number
  readonly lowest: number
  /**
   * The lowest by the histograms alone: the sample's size does not limit it, but it is blind to predictions that are
   * right as they stand.
   */
  readonly lowestSmooth: number
  /** Bits of an attempt that the earlier numbers told about the later ones: taken off already. */
  readonly shared: number
  /** Bits of an attempt that are missing because low bits are not even: taken off already. */
  readonly uneven: number
  /** The most numbers of one attempt that were predicted right as they stand. */
  readonly mostHits: number
}

/** Low bits that are looked at: coarse enough to count them well, finer than any prediction. */
const LOW_BITS = 6

/**
 * Bits that the low bits of one number lack of being even: sums of large parts end in zeros more often than chance.
 * By the commonest value, taken three standard errors too high.
 */
export function unevenBits(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const word of new Uint32Array(Float32Array.from(values).buffer)) {
    const low = word % 2 ** LOW_BITS
    counts.set(low, (counts.get(low) ?? 0) + 1)
  }
  const highest = Math.max(...counts.values())
  return Math.max(0, LOW_BITS + Math.log2(upperCount(highest) / values.length))
}

/**
 * Adds up the bits of each attempt's leaves, less what leaves tell about each other: each residual, in units of its
 * group's spread, is regressed on those of the leaves before it, and a share R² of explained variance costs -log2(1 -
 * R²)/2 bits. What the low bits lack of being even comes off every leaf.
 */
export function attemptBits(guesses: readonly Guess[], leaves: number): AttemptBits {
  const open = openNumbers(guesses)
  const scaled = guesses.map(({ residual }, i) => clip(residual / (open[i] as OpenNumber).spread))
  const attempts = guesses.length / leaves
  let shared = 0
  for (let leaf = 1; leaf < leaves; leaf++) {
    const rows = Array.from({ length: attempts }, (_, a) => [1, ...scaled.slice(a * leaves, a * leaves + leaf)])
    const targets = Array.from({ length: attempts }, (_, a) => scaled[a * leaves + leaf] as number)
    const centre = mean(targets)
    const before = mean(targets.map((target) => (target - centre) ** 2))
    const after = mean(crossResiduals(rows, targets).map((residual) => residual ** 2))
    if (before > 0) shared += Math.max(0, Math.log2(before / after) / 2)
  }
  const uneven = leaves * unevenBits(guesses.map(({ actual }) => actual))
  const sumsOf = (bitsOf: (open: OpenNumber) => number): readonly number[] => {
    const sums = Array.from({ length: attempts }, (_, a) => {
      return open.slice(a * leaves, (a + 1) * leaves).reduce((sum, own) => sum + bitsOf(own), 0) - shared - uneven
    })
    return ascending(sums)
  }
  const sums = sumsOf(({ bits }) => bits)
  const hits = Array.from({ length: attempts }, (_, a) => {
    return guesses.slice(a * leaves, (a + 1) * leaves).filter(({ isHit }) => isHit).length
  })
  return {
    mean: mean(sums),
    lowest: sums[0] ?? 0,
    lowestSmooth: sumsOf(({ smoothBits }) => smoothBits)[0] ?? 0,
    shared,
    uneven,
    mostHits: Math.max(...hits),
  }
}

/** A few wild residuals shall not hide that the others are alike. */
function clip(value: number): number {
  return Math.max(-5, Math.min(5, value))
}
