import type { EvaluationRequest } from '@poai/inference'

/** A token that no answer has: a special one. */
export const PLAIN_ARG_MAX = 2

const [ANSWER, MAXIMUM, TOTAL_WEIGHT, ARG_MAX, PROBE] = [0, 1, 2, 3, 4]
const ONE = 0x3f80_0000
const TWO = 0x4000_0000
const THREE = 0x4040_0000
const MINUS = 0x8000_0000
const INFINITY = 0x7f80_0000
const LARGEST = 0x7f7f_ffff

/** Words in which every logit is 2, and the maximum, of `PLAIN_ARG_MAX`, is 3. */
export function plainWords({ positions, probes }: EvaluationRequest): Uint32Array {
  const words = [TWO, THREE, ONE, PLAIN_ARG_MAX, ...Array.from(probes, () => TWO)]
  return Uint32Array.from(Array.from(positions, () => words).flat())
}

/** The first position of an evaluation, to be changed. */
export interface FirstPosition {
  /** The answer's token, which is the first probe too. */
  readonly token: number
  /** The second probe. */
  readonly probe: number
  /** Changes a word. */
  set(word: number, value: number): void
}

/** A change, and what the rules call the outcome. */
export interface Breach {
  readonly name: string
  readonly kind: 'made' | 'not-finite' | 'inconsistent'
  readonly change: (first: FirstPosition) => void
}

/** Of the answer's token. */
function setLogit({ set }: FirstPosition, bits: number): void {
  set(ANSWER, bits)
  set(PROBE, bits)
}

function row(name: string, kind: Breach['kind'], change: Breach['change']): Breach {
  return { name, kind, change }
}

const SPECIAL = [INFINITY, INFINITY + MINUS, 0x7fc0_0000, 0xffc0_0000, INFINITY + 1, 0xffff_ffff]

/** Every property of finite and of consistent evaluations, kept at its limit and broken by one. */
export const BREACHES: readonly Breach[] = [
  row('nothing is special', 'made', () => undefined),
  row('the answer is the maximum', 'made', (first) => setLogit(first, THREE)),
  row('the answer is just above the maximum', 'inconsistent', (first) => setLogit(first, THREE + 1)),
  row('a probe is the maximum', 'made', ({ set }) => set(PROBE + 1, THREE)),
  row('a probe is just above the maximum', 'inconsistent', ({ set }) => set(PROBE + 1, THREE + 1)),
  row('the total weight is just below 1', 'inconsistent', ({ set }) => set(TOTAL_WEIGHT, ONE - 1)),
  row('the total weight is just above 1', 'made', ({ set }) => set(TOTAL_WEIGHT, ONE + 1)),
  row('the total weight is -1', 'inconsistent', ({ set }) => set(TOTAL_WEIGHT, ONE + MINUS)),
  row('the total weight is the largest number', 'made', ({ set }) => set(TOTAL_WEIGHT, LARGEST)),
  row('the arg max is the answer, whose logit is the maximum', 'made', (first) => {
    setLogit(first, THREE)
    first.set(ARG_MAX, first.token)
  }),
  row('the arg max is the answer, whose logit is just below the maximum', 'inconsistent', (first) => {
    setLogit(first, THREE - 1)
    first.set(ARG_MAX, first.token)
  }),
  row('the arg max is the token after the answer, whose logit is the maximum', 'inconsistent', (first) => {
    setLogit(first, THREE)
    first.set(ARG_MAX, first.token + 1)
  }),
  row('the arg max is a probe with the maximum', 'made', ({ probe, set }) => {
    set(PROBE + 1, THREE)
    set(ARG_MAX, probe)
  }),
  row('the arg max is a probe just below the maximum', 'inconsistent', ({ probe, set }) => {
    set(PROBE + 1, THREE - 1)
    set(ARG_MAX, probe)
  }),
  row('the arg max is the token after a probe with the maximum', 'inconsistent', ({ probe, set }) => {
    set(PROBE + 1, THREE)
    set(ARG_MAX, probe + 1)
  }),
  row('the arg max is no token at all', 'made', ({ set }) => set(ARG_MAX, 0xffff_ffff)),
  row('the arg max has the bits of an infinity', 'made', ({ set }) => set(ARG_MAX, INFINITY)),
  row("a probe differs by one from the answer's logit", 'inconsistent', ({ set }) => set(PROBE, TWO + 1)),
  row('a probe is -0 where the answer is +0', 'made', ({ set }) => {
    set(ANSWER, 0)
    set(PROBE, MINUS)
  }),
  row('the maximum is -0 and a probe is +0', 'inconsistent', (first) => {
    setLogit(first, 0)
    first.set(MAXIMUM, MINUS)
  }),
  row('every logit is a zero of either sign', 'made', (first) => {
    setLogit(first, 0)
    first.set(MAXIMUM, MINUS)
    for (const other of [1, 2, 3]) first.set(PROBE + other, MINUS)
  }),
  row('all numbers are the largest', 'made', (first) => {
    setLogit(first, LARGEST + MINUS)
    first.set(MAXIMUM, LARGEST)
    first.set(TOTAL_WEIGHT, LARGEST)
  }),
  ...SPECIAL.flatMap((bits) =>
    [ANSWER, MAXIMUM, TOTAL_WEIGHT, PROBE, PROBE + 3].map((word) =>
      row(`word ${word} is 0x${bits.toString(16)}`, 'not-finite', ({ set }) => set(word, bits)),
    ),
  ),
]
