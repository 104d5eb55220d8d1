/** Fills `words` with the next pseudorandom 32-bit words of its stream. */
export type WordStream = (words: Uint32Array) => void

/**
 * xoshiro128** (Blackman and Vigna) over a state that splitmix32 draws from `seed` and `stream`: same numbers on every
 * machine, not secret. (Measured: 150 million words, enough for a 1.1 B-parameter Q4_0 model, in about a second.)
 */
export function createWordStream(seed: number, stream: number): WordStream {
  const next = splitmix32(splitmix32(seed)() ^ stream)
  let [a, b, c, d] = [next(), next(), next(), next()]
  return (words) => {
    for (let i = 0; i < words.length; i++) {
      const product = Math.imul(b, 5)
      words[i] = Math.imul((product << 7) | (product >>> 25), 9)
      const shifted = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= shifted
      d = (d << 11) | (d >>> 21)
    }
  }
}

function splitmix32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return mixed ^ (mixed >>> 16)
  }
}
