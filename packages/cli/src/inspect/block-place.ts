import type { BlockJson } from '@poai/api/client'
import { ask, type RpcClient } from '@poai/api/connect'
import type { Hex } from '@poai/core'
import { InvalidArgumentError } from 'commander'
import { UsageError } from '../report-error.ts'

const TAGS = ['latest', 'earliest', 'safe', 'finalized', 'pending'] as const

/** A height, a hash or a tag, as JSON-RPC takes it. */
export type BlockPlace = Hex | (typeof TAGS)[number]

const HASH = /^0x[0-9a-f]{64}$/

/** Parses a height, a hash or a tag, for commander. */
export function parseBlockPlace(text: string): BlockPlace {
  const tag = TAGS.find((known) => known === text)
  if (tag !== undefined) return tag
  const hash = text.toLowerCase()
  if (isHash(hash)) return hash
  if (/^[0-9]{1,15}$/.test(text)) return `0x${Number(text).toString(16)}`
  throw new InvalidArgumentError(
    'expected a number, a hash of 64 hexadecimal digits, or latest, earliest, safe or finalized.',
  )
}

/** Whether a text is the hash of a block or a transaction. */
export function isHash(text: string): text is Hex {
  return HASH.test(text)
}

/** A block of a node, with its transactions. Throws if the node does not have it. */
export async function fetchBlock(client: RpcClient, place: BlockPlace, signal: AbortSignal): Promise<BlockJson> {
  const block = isHash(place)
    ? await ask(client, 'eth_getBlockByHash', [place, true], { signal })
    : await ask(client, 'eth_getBlockByNumber', [place, true], { signal })
  if (block === null) throw noBlock(place, client.address)
  return block
}

/** The error for a block that the node does not have. */
export function noBlock(place: string, address: string): UsageError {
  const name = place.startsWith('0x') && !isHash(place) ? String(Number(place)) : place
  return new UsageError(`the node at ${address} has no block ${name}`, 'poai block shows its newest block')
}
