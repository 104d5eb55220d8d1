import { bytesToHex, type Hash32 } from '@poai/core'

/** Eight bytes of the genesis hash: keeps networks apart that meet by accident. */
const PREFIX_CHARACTERS = 2 + 16

/** The beginning of the names of whatever only this network has. */
export function networkPrefix(genesisHash: Hash32): string {
  return `/poai/${bytesToHex(genesisHash).slice(2, PREFIX_CHARACTERS)}`
}

/** A topic's name on the wire. */
export function topicName(genesisHash: Hash32, name: string): string {
  return `${networkPrefix(genesisHash)}/${name}`
}
