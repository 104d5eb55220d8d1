import type { Hex } from '@poai/core'

/** A quantity as a plain number, if it is small enough. */
export function toNumber(hex: Hex | undefined | null): number {
  return hex === undefined || hex === null ? 0 : Number(BigInt(hex))
}

/** The beginning and end of a hash or address. */
export function short(hex: string, digits = 6): string {
  return hex.length <= 2 * digits + 4 ? hex : `${hex.slice(0, digits + 2)}…${hex.slice(-4)}`
}

const COIN = 10n ** 18n
const SHOWN_DECIMALS = 6

/** Wei in coins. */
export function coins(wei: Hex | bigint): string {
  const value = BigInt(wei)
  const whole = value / COIN
  const rest = (value % COIN).toString().padStart(18, '0').slice(0, SHOWN_DECIMALS).replace(/0+$/, '')
  return `${whole.toLocaleString('en')}${rest === '' ? '' : `.${rest}`} POAI`
}

/** Wei in gwei. */
export function gwei(wei: Hex | bigint): string {
  const value = Number(BigInt(wei)) / 1e9
  return `${value >= 1 ? value.toFixed(2) : value.toPrecision(3)} gwei`
}

/** A whole number with separators between its thousands. */
export function count(value: Hex | number | bigint): string {
  return (typeof value === 'string' ? BigInt(value) : value).toLocaleString('en')
}

/** Seconds, in the largest units that are precise enough. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 60) return `${seconds < 10 && !Number.isInteger(seconds) ? seconds.toFixed(1) : Math.round(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`
  const hours = Math.floor(seconds / 3600)
  return hours < 48 ? `${hours} h ${Math.round((seconds % 3600) / 60)} min` : `${Math.floor(hours / 24)} days`
}

/** How long ago a Unix time was. */
export function ago(timestamp: Hex, nowMs: number): string {
  const seconds = nowMs / 1000 - toNumber(timestamp)
  return seconds < 1 ? 'now' : `${duration(Math.floor(seconds))} ago`
}

const FEW_NATS = 0.01

/** Micro-nats as nats; small ones to the last digit, since good models differ there. */
export function nats(microNats: Hex | undefined): string {
  const value = toNumber(microNats) / 1e6
  return value.toFixed(value < FEW_NATS ? 6 : 4)
}

/** Bytes as text if they are printable; otherwise undefined. */
export function printable(hex: Hex): string | undefined {
  const bytes = Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  if (bytes.length === 0 || bytes.some((byte) => byte < 0x20 || byte > 0x7e)) return undefined
  return String.fromCharCode(...bytes)
}

/** The characters of an exam, with visible spaces and line ends. */
export function visible(text: string): string {
  return text.replaceAll('\n', '⏎').replaceAll(' ', '␣')
}

/**
 * What a model or a stranger wrote, with visible line ends, and without what would rearrange the text beside it. A line
 * end at the very end or beginning counts in a prompt.
 */
export function lines(text: string): string {
  return text.replaceAll(/(?:(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}])/gu, '\u{FFFD}').replaceAll('\n', '⏎\n')
}

/** A number of bytes. */
export function bytes(value: number): string {
  if (value < 1024) return `${value} B`
  return value < 1024 ** 2 ? `${(value / 1024).toFixed(1)} kB` : `${(value / 1024 ** 2).toFixed(0)} MB`
}
