import { peerIdFromString } from '@libp2p/peer-id'
import { isPrivateIp, tryGetNetConfig } from '@libp2p/utils'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { NetworkError } from '../network-error.ts'

/** How to reach a node: with or without its peer id. */
export interface DialAddress {
  readonly peerId: string | undefined
  /** As text, without the peer id. */
  readonly location: string
}

/** Longer ones are not addresses: those that we dial are below 120 characters. */
const MAX_MULTIADDRESS_LENGTH = 256
/** Strangers' addresses are shown in terminals. */
const PRINTABLE = /^[\x21-\x7e]*$/
const MAPPED_IP4 = /^::ffff:(?:(\d+\.\d+\.\d+\.\d+)|([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/i

/**
 * Parses a multiaddress that a person or a stranger wrote. Throws a `NetworkError` if no node can be reached by it over
 * TCP.
 */
export function parseDialAddress(text: string): DialAddress {
  const parsed = parse(text)
  if (parsed === undefined || !isTcp(parsed)) {
    throw new NetworkError('P2P_ADDRESS', 'not an address of a node', {
      expected: '/ip4/ADDRESS/tcp/PORT/p2p/PEER-ID, or /ip6 or /dns4 instead of /ip4',
      actual: text.slice(0, MAX_MULTIADDRESS_LENGTH),
    })
  }
  return { peerId: peerIdOf(parsed), location: parsed.decapsulateCode(CODE_P2P).toString() }
}

/**
 * The IP address at the beginning of a multiaddress; empty if there is none. An IPv4 address written as an IPv6 one is
 * turned back into IPv4.
 */
export function ipOf(address: Multiaddr): string {
  const net = tryGetNetConfig(address)
  if (net === null || (net.type !== 'ip4' && net.type !== 'ip6')) return ''
  return plainIp(net.host)
}

/** One name for one address. */
export function plainIp(ip: string): string {
  const mapped = MAPPED_IP4.exec(ip)
  if (mapped === null) return ip.toLowerCase()
  const [, dotted, high, low] = mapped
  if (dotted !== undefined) return dotted
  const [upper, lower] = [Number.parseInt(high ?? '0', 16), Number.parseInt(low ?? '0', 16)]
  return [upper >> 8, upper & 255, lower >> 8, lower & 255].join('.')
}

/**
 * What counts as one place on the internet: an IPv4 address, or the 64 bits of an IPv6 address that one customer
 * usually gets as a whole. Limits and bans of addresses go by it.
 */
export function addressGroup(ip: string): string {
  return ip.includes(':') ? `${leadingWords(ip, 4)}::/64` : ip
}

/**
 * What counts as one network: the 16 bits of an IPv4 address, or the 32 of an IPv6 address, that one provider usually
 * has. Anyone who rents many addresses gets them from few of these. All nodes of a home or a data center share those
 * bits of their private addresses, and no stranger on the internet has one: there each address is a network of its own.
 * Loopback addresses are treated like public ones.
 */
export function networkGroup(ip: string): string {
  if (LOCAL_NETWORK.test(ip)) return ip
  return ip.includes(':') ? `${leadingWords(ip, 2)}::/32` : `${ip.split('.').slice(0, 2).join('.')}/16`
}

/** RFC 1918, RFC 6598 and RFC 3927 of IPv4; unique local and link-local addresses of IPv6. */
const LOCAL_NETWORK =
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/

function leadingWords(ip: string, count: number): string {
  const [head = '', tail] = ip.split('%')[0]?.split('::') ?? []
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const words = [...before, ...new Array<string>(zeros).fill('0'), ...after].slice(0, count)
  return words.map((word) => Number.parseInt(word, 16).toString(16)).join(':')
}

/** The IP address in a location; empty if it is a name, or no address at all. */
export function ipOfLocation(location: string): string {
  const parsed = parse(location)
  return parsed === undefined ? '' : ipOf(parsed)
}

/** True if nobody outside this machine or its local network can reach the address. Names count as public. */
export function isPrivateLocation(location: string): boolean {
  const ip = ipOfLocation(location)
  return ip !== '' && isPrivateIp(ip) === true
}

/** The same for an IP address. */
export function isPrivateAddress(ip: string): boolean {
  return isPrivateIp(ip) === true
}

function parse(text: string): Multiaddr | undefined {
  if (text.length > MAX_MULTIADDRESS_LENGTH || !PRINTABLE.test(text)) return undefined
  try {
    const address = multiaddr(text)
    const peerId = peerIdOf(address)
    if (peerId !== undefined) peerIdFromString(peerId)
    return address
  } catch {
    return undefined
  }
}

function isTcp(address: Multiaddr): boolean {
  const net = tryGetNetConfig(address)
  return net !== null && net.port !== undefined && net.protocol === 'tcp' && !isCircuit(address)
}

function peerIdOf(address: Multiaddr): string | undefined {
  return address.getComponents().find(({ code }) => code === CODE_P2P)?.value
}

function isCircuit(address: Multiaddr): boolean {
  return address.getComponents().some(({ name }) => name === 'p2p-circuit')
}
