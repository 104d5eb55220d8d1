import { isIP } from 'node:net'
import {
  ADDRESS_BYTES,
  type Address,
  addressToChecksumHex,
  bytesToHex,
  type Checkpoint,
  HASH_BYTES,
  type Hash32,
  hexToBytes,
  toAddress,
  toHash32,
} from '@poai/core'
import type { SettingKind } from './setting.ts'

/** The longest text that makes sense anywhere: a path. */
const MAX_TEXT = 4096
/** Elements of a list: more bootnodes or origins than anybody has. */
const MAX_ELEMENTS = 64

/** True or false. On a command line, the name alone or with `no-` before it. */
export const onOff: SettingKind<boolean> = {
  placeholder: undefined,
  expects: 'true or false',
  parse: (value) => ({ true: true, '1': true, false: false, '0': false })[value],
  fromJson: (value) => (typeof value === 'boolean' ? value : undefined),
  toJson: (value) => value,
}

function textKind(placeholder: string, expects: string, isRight: (value: string) => boolean): SettingKind<string> {
  const parse = (value: string): string | undefined =>
    value.length > 0 && value.length <= MAX_TEXT && isRight(value) ? value : undefined
  return {
    ...{ placeholder, expects, parse },
    fromJson: (value) => (typeof value === 'string' ? parse(value) : undefined),
    toJson: (value) => value,
  }
}

/** Any text. */
export function text(placeholder: string): SettingKind<string> {
  return textKind(placeholder, 'a text', () => true)
}

/** A text of at most `maxBytes`. */
export function shortText(placeholder: string, maxBytes: number): SettingKind<string> {
  return textKind(placeholder, `a text of at most ${maxBytes} bytes`, (value) => Buffer.byteLength(value) <= maxBytes)
}

/** A shorter token could be guessed. */
const MIN_TOKEN = 16

/** A secret that opens a door to anyone who knows it. */
export const token: SettingKind<string> = textKind(
  'token',
  `a text of at least ${MIN_TOKEN} characters`,
  (value) => value.length >= MIN_TOKEN,
)

/** An IP address to listen on. */
export const ipAddress: SettingKind<string> = textKind(
  'address',
  'an IP address, such as 127.0.0.1, or 0.0.0.0 for all interfaces',
  (value) => isIP(value) !== 0,
)

/** A libp2p address. Whether it can be dialled shows when it is dialled. */
export const multiaddress: SettingKind<string> = textKind(
  'multiaddress',
  'a multiaddress, such as /ip4/192.0.2.1/tcp/30404/p2p/12D3KooW…',
  (value) => /^\/(ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/[0-9]{1,5}(\/p2p\/[A-Za-z0-9]+)?$/.test(value),
)

/** A whole number. `unit` is what it counts. */
export function wholeNumber(min: number, max: number, unit: string): SettingKind<number> {
  const inRange = (value: number): number | undefined =>
    Number.isInteger(value) && value >= min && value <= max ? value : undefined
  return {
    placeholder: unit,
    expects: `a whole number from ${min} to ${max}`,
    parse: (value) => (/^[0-9]{1,15}$/.test(value) ? inRange(Number(value)) : undefined),
    fromJson: (value) => (typeof value === 'number' ? inRange(value) : undefined),
    toJson: (value) => value,
  }
}

/** A TCP port; 0 picks any free one. */
export const port: SettingKind<number> = wholeNumber(0, 65_535, 'port')

/** One of some words. */
export function oneOf<Word extends string>(words: readonly Word[]): SettingKind<Word> {
  const parse = (value: string): Word | undefined => words.find((word) => word === value)
  return {
    placeholder: words.join('|'),
    expects: words.join(', '),
    parse,
    fromJson: (value) => (typeof value === 'string' ? parse(value) : undefined),
    toJson: (value) => value,
  }
}

/** Several values of one kind: separated by commas, or as a JSON list. */
export function listOf<T>(kind: SettingKind<T>): SettingKind<readonly T[]> {
  const all = (values: readonly (T | undefined)[]): readonly T[] | undefined => {
    const known = values.filter((value) => value !== undefined)
    return known.length === values.length && known.length <= MAX_ELEMENTS ? known : undefined
  }
  return {
    placeholder: `${kind.placeholder},…`,
    expects: `at most ${MAX_ELEMENTS}, each ${kind.expects}`,
    parse: (value) => all(value === '' ? [] : value.split(',').map((element) => kind.parse(element.trim()))),
    fromJson: (value) => (Array.isArray(value) ? all(value.map((element) => kind.fromJson(element))) : undefined),
    toJson: (values) => values.map((value) => kind.toJson(value)),
  }
}

/** An account. Mixed case is a checksum and must be right: a typo would send rewards to nobody. */
export const account: SettingKind<Address> = {
  placeholder: 'account',
  expects: 'an account: 0x and 40 hexadecimal digits, with a right checksum if their case is mixed',
  parse: parseAccount,
  fromJson: (value) => (typeof value === 'string' ? parseAccount(value) : undefined),
  toJson: addressToChecksumHex,
}

function parseAccount(value: string): Address | undefined {
  const bytes = hexToBytes(value.toLowerCase())
  if (bytes?.length !== ADDRESS_BYTES) return undefined
  const digits = value.slice(2)
  const hasCase = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
  const address = toAddress(bytes)
  return hasCase && addressToChecksumHex(address) !== value ? undefined : address
}

/** A block's hash. */
export const blockHash: SettingKind<Hash32> = {
  placeholder: 'hash',
  expects: 'a hash: 0x and 64 hexadecimal digits',
  parse: parseHash,
  fromJson: (value) => (typeof value === 'string' ? parseHash(value) : undefined),
  toJson: bytesToHex,
}

function parseHash(value: string): Hash32 | undefined {
  const bytes = hexToBytes(value)
  return bytes?.length === HASH_BYTES ? toHash32(bytes) : undefined
}

/** A quantity of any size. `unit` is what it counts. */
export function bigNumber(unit: string): SettingKind<bigint> {
  const parse = (value: string): bigint | undefined => (/^[0-9]{1,96}$/.test(value) ? BigInt(value) : undefined)
  return {
    ...{ placeholder: unit, expects: 'a whole number, in a file as text', parse },
    fromJson: (value) => (typeof value === 'string' ? parse(value) : undefined),
    toJson: String,
  }
}

/** A block that is known to belong to the chain: its number and its hash. */
export const checkpoint: SettingKind<Checkpoint> = {
  placeholder: 'number:hash',
  expects: 'a block number, a colon, and a hash of 0x and 64 hexadecimal digits',
  parse: parseCheckpoint,
  fromJson: (value) => (typeof value === 'string' ? parseCheckpoint(value) : undefined),
  toJson: ({ number, hash }) => `${number}:${bytesToHex(hash)}`,
}

function parseCheckpoint(value: string): Checkpoint | undefined {
  const [, number, text] = /^([0-9]{1,18}):(0x[0-9a-fA-F]{64})$/.exec(value) ?? []
  const hash = text === undefined ? undefined : parseHash(text)
  return number === undefined || hash === undefined ? undefined : { number: BigInt(number), hash }
}
