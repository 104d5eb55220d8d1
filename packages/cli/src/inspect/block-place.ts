import type { RpcClient } from '@poai/api/connect'
import type { JsonValue } from '@poai/core'
import { objectIn } from '@poai/testnet'
import { InvalidArgumentError } from 'commander'
import { UsageError } from '../report-error.ts'

const TAGS: ReadonlySet<string> = new Set(['latest', 'earliest', 'safe', 'finalized', 'pending'])

/** Reads which block is meant, for commander: a number, a hash or a tag, as JSON-RPC takes it. */
export function parseBlockPlace(text: string): string {
  if (TAGS.has(text)) return text
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase()
  if (/^[0-9]{1,15}$/.test(text)) return `0x${Number(text).toString(16)}`
  throw new InvalidArgumentError(
    'expected a number, a hash of 64 hexadecimal digits, or latest, earliest, safe or finalized.',
  )
}

/** A block of a node, with its transactions. Throws if it has none there. */
export async function fetchBlock(
  client: RpcClient,
  place: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, JsonValue>>> {
  const method = place.length === 66 ? 'eth_getBlockByHash' : 'eth_getBlockByNumber'
  const block = await client.call(method, [place, true], { signal })
  if (block === null) throw noBlock(place, client.address)
  return objectIn(block)
}

/** The node has no such block. */
export function noBlock(place: string, address: string): UsageError {
  const name = place.length < 66 && place.startsWith('0x') ? String(Number(place)) : place
  return new UsageError(`the node at ${address} has no block ${name}`, 'poai block shows its newest')
}
