import type { JsonValue } from '@poai/core'
import { listIn, numberIn, objectIn, textIn } from '@poai/testnet'

/** A peer as a node reports it by `admin_peers`. */
export interface PeerReport {
  readonly id: string
  readonly isConnected: boolean
  readonly role: string
  readonly score: number
  /** Empty where it is not connected. */
  readonly address: string
  readonly direction: string
  readonly head: number | undefined
  readonly version: string
  readonly roundTripMs: number | undefined
  readonly locations: readonly string[]
  /** Milliseconds since 1970; 0: never. */
  readonly lastSeenMs: number
}

/** A ban as a node reports it. */
export interface BanReport {
  readonly target: string
  readonly untilMs: number
  readonly reason: string
}

/** What a node reports of its own place in the network. */
export interface NetReport {
  readonly peerId: string
  readonly verdict: string
  readonly inboundPeers: number
  readonly inboundPlaces: number
  readonly outboundPeers: number
  readonly addresses: readonly { readonly address: string; readonly kind: string; readonly isVerified: boolean }[]
}

export function parsePeerReports(result: JsonValue): readonly PeerReport[] {
  return listIn(result).map((entry) => {
    const peer = objectIn(entry)
    const head = objectIn(peer['head'])
    return {
      id: printable(peer['id']),
      isConnected: peer['connected'] === true,
      role: printable(peer['role']),
      score: numberIn(peer['score']),
      address: printable(peer['address']),
      direction: printable(peer['direction']),
      head: head['number'] === undefined ? undefined : numberIn(head['number']),
      version: printable(peer['version']),
      roundTripMs: typeof peer['roundTripMs'] === 'number' ? peer['roundTripMs'] : undefined,
      locations: listIn(peer['locations']).map(printable),
      lastSeenMs: numberIn(peer['lastSeenMs']),
    }
  })
}

export function parseBanReports(result: JsonValue): readonly BanReport[] {
  return listIn(result).map(parseBanReport)
}

export function parseBanReport(result: JsonValue): BanReport {
  const ban = objectIn(result)
  return { target: printable(ban['target']), untilMs: numberIn(ban['untilMs']), reason: printable(ban['reason']) }
}

export function parseNetReport(result: JsonValue): NetReport {
  const info = objectIn(result)
  const reachability = objectIn(info['reachability'])
  const known = listIn(reachability['addresses']).map((entry) => {
    const { address, kind, verified } = objectIn(entry)
    return { address: printable(address), kind: printable(kind), isVerified: verified === true }
  })
  return {
    peerId: printable(info['peerId']),
    verdict: printable(reachability['verdict']) || 'unknown',
    inboundPeers: numberIn(reachability['inboundPeers']),
    inboundPlaces: numberIn(reachability['inboundPlaces']),
    outboundPeers: numberIn(reachability['outboundPeers']),
    addresses: known,
  }
}

/** What strangers wrote reaches the terminal: without its control characters, and no longer than an address. */
function printable(value: JsonValue | undefined): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  return (textIn(value) ?? '').replace(/[\u0000-\u001f\u007f-\u009f]/g, '').slice(0, 256)
}
