const ONE_NAT: bigint = 1n << 48n
const LN_2 = 195_103_586_505_167n

/** floor(x · 2^48) of a finite binary32. */
function fixed(bits: number): bigint {
  const field = (bits >>> 23) & 0xff
  const fraction = BigInt(bits & 0x7f_ffff)
  const significand = field === 0 ? fraction : fraction + (1n << 23n)
  const shift = BigInt(48 + (field === 0 ? 1 : field) - 150)
  const signed = bits >>> 31 === 0 ? significand : -significand
  return shift >= 0n ? signed << shift : signed >> -shift
}

function logarithm(bits: number): bigint {
  const m = BigInt((bits & 0x7f_ffff) | 0x80_0000)
  const z = ((m - (1n << 23n)) << 48n) / (m + (1n << 23n))
  const y = (z * z) >> 48n
  let s = 0n
  for (let k = 15n; k >= 0n; k--) s = ONE_NAT / (2n * k + 1n) + ((s * y) >> 48n)
  return BigInt((bits >>> 23) - 127) * LN_2 + ((2n * z * s) >> 48n)
}

/**
 * The loss of one answer token in units, as docs/PROTOCOL.md, "The loss", has it: the mean of a block would hide a
 * unit.
 */
export function lossUnits(answer: number, maximum: number, totalWeight: number): bigint {
  const loss = logarithm(totalWeight) + fixed(maximum) - fixed(answer)
  return loss < 256n * ONE_NAT ? loss : 256n * ONE_NAT
}
