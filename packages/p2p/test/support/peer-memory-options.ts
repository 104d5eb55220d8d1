import type { KnownPeersOptions } from '../../src/peers/known-peers.ts'
import { createNetworkGroups } from '../../src/peers/network-groups.ts'

/** The book of a node on the open internet. */
export const OPEN_BOOK: KnownPeersOptions = {
  secret: new Uint8Array(32).fill(7),
  groups: createNetworkGroups({ sharedAddresses: false }),
}
