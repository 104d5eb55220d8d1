import { ipOfLocation, isPrivateAddress, networkGroup } from '../host/multiaddresses.ts'

/** A node as far as it decides which network it belongs to. */
export interface Located {
  /** The IP address at which it was reached last; empty: it was not. */
  readonly address: string
  /** Where it is said to be. */
  readonly locations: readonly string[]
}

/** A name can stand for any address: until they are reached, all nodes known by name only are one network. */
const NAMES = 'names'
/** It is not known who said so: all of that together is one source. */
const UNKNOWN_SOURCE = 'unknown'

/** Which nodes count as one network, for the peer book and for the peers that a node chooses. */
export interface NetworkGroups {
  /** True if at most one peer of a network is chosen. */
  readonly limitsOutbound: boolean
  of(node: Located): string
  ofAddress(ip: string): string
  /** Of whoever told of a node. */
  ofSource(ip: string): string
}

/**
 * Networks by `networkGroup`. Where honest nodes share addresses, as those of a test network on one machine, each
 * location is a network of its own, and the peers that a node chooses may all be of one address.
 */
export function createNetworkGroups({ sharedAddresses }: { readonly sharedAddresses: boolean }): NetworkGroups {
  return {
    limitsOutbound: !sharedAddresses,
    of: ({ address, locations }) => {
      if (sharedAddresses) return locations[0] ?? address
      if (address !== '') return networkGroup(address)
      const ips = locations.map(ipOfLocation).filter((ip) => ip !== '')
      const [ip] = ips.sort((a, b) => remoteness(b) - remoteness(a))
      return ip === undefined ? NAMES : networkGroup(ip)
    },
    ofAddress: networkGroup,
    ofSource: (ip) => (ip === '' ? UNKNOWN_SOURCE : networkGroup(ip)),
  }
}

/** Nodes tell all their addresses, even 127.0.0.1: the one that reaches farthest says where they are. */
function remoteness(ip: string): number {
  if (ip.startsWith('127.') || ip === '::1') return 0
  return isPrivateAddress(ip) ? 1 : 2
}
