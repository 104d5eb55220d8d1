const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes for people, in powers of 1000: `1.4 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : 1
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

/** A duration for people: `0.4 s`, `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown'
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** A count for narrow columns: `532`, `12.3k`, `4.1M`. */
export function formatCount(count: number): string {
  if (count < 1000) return String(Math.round(count))
  const [value, unit] =
    count < 999_500 ? [count / 1e3, 'k'] : count < 999_500_000 ? [count / 1e6, 'M'] : [count / 1e9, 'G']
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value)}${unit}`
}

/** A number of things: `1 block`, `2 blocks`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

const MICRO_NATS = 1_000_000

/** A loss for people: `0.0421`. */
export function formatNats(microNats: string, digits = 4): string {
  return (Number(microNats) / MICRO_NATS).toFixed(digits)
}
