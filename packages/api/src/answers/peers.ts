import type { BanJson, NodeInfoJson, PeerJson } from '../client/node-methods.ts'
import { exactly, listSchema, named, oneWordOf, orNull, type SchemaOf } from '../schema/json-schema.ts'
import { decimal, flag, hash, integer, measure, text } from '../schema/scalars.ts'

/** A node that this one knows. Members that need a connection are missing while there is none. */
export const peer: SchemaOf<PeerJson> = named(
  'peer',
  exactly(
    {
      id: text,
      role: oneWordOf(['static', 'bootnode', 'found']),
      /** 0 at best. */
      score: { type: 'number' },
      /** Milliseconds since 1970; 0: never. */
      lastSeenMs: measure,
      locations: listSchema(text),
      connected: flag,
      roundTripMs: orNull(measure),
      address: text,
      direction: oneWordOf(['in', 'out']),
      connectedAtMs: measure,
      version: text,
      domain: text,
      head: exactly({ number: integer, hash, totalWork: decimal }),
      services: exactly({ allBlocks: flag, transactions: flag }),
    },
    ['address', 'direction', 'connectedAtMs', 'version', 'domain', 'head', 'services'],
  ),
)

const reachability = exactly({
  verdict: oneWordOf(['public', 'private', 'outbound-only', 'unknown']),
  ...{ inboundPeers: integer, outboundPeers: integer, inboundPlaces: integer },
  addresses: listSchema(
    exactly({
      address: text,
      verified: flag,
      kind: oneWordOf(['transport', 'observed', 'configured', 'mapped']),
    }),
  ),
})

/** Reachability is missing before the node has joined its network. */
export const nodeInfo: SchemaOf<NodeInfoJson> = named(
  'node info',
  exactly({ peerId: orNull(text), addresses: listSchema(text), reachability }, ['reachability']),
)

export const ban: SchemaOf<BanJson> = named('ban', exactly({ target: text, untilMs: measure, reason: text }))
