import { bytesToHex, type Hash32 } from '@poai/core'

/** Eight bytes of the genesis hash: networks that meet by accident keep apart. */
const PREFIX_CHARACTERS = 2 + 16

/** Begins the names of what only this network has. */
export function networkPrefix(genesisHash: Hash32): string {
  return `/poai/${bytesToHex(genesisHash).slice(2, PREFIX_CHARACTERS)}`
}

/** The topics of a network. */
export interface Topics {
  readonly blocks: string
  readonly transactions: string
}

export function topicsOf(genesisHash: Hash32): Topics {
  const prefix = networkPrefix(genesisHash)
  return { blocks: `${prefix}/blocks`, transactions: `${prefix}/transactions` }
}
