import {
  type Block,
  type BlockCodecs,
  type Codec,
  type Header,
  headerCodec,
  MAX_BODY_BYTES,
  MAX_HEADER_BYTES,
  RuleError,
} from '@poai/core'

/** What travels over the topic of blocks. */
export type BlockMessage =
  /** Small ones travel whole. */
  | { readonly kind: 'block'; readonly block: Block }
  /** Of larger ones only the header travels: whoever lacks the body asks the neighbour for it. */
  | { readonly kind: 'header'; readonly header: Header }

/**
 * Up to this size a block travels whole, because a second round trip costs more than the copies that cross. In a mesh
 * of six a node gets up to five copies that it does not need: at 32 kB that is nothing, at 2 MB it is ten megabytes per
 * node and block.
 */
export const MAX_WHOLE_BLOCK_BYTES: number = 32 * 1024
/** The largest message of the topic. */
export const MAX_BLOCK_MESSAGE_BYTES: number = 1 + MAX_WHOLE_BLOCK_BYTES

const WHOLE = 1
const HEADER = 2

/** A block is encoded as its header where it is too large to travel whole. */
export function createBlockMessageCodec(codecs: Pick<BlockCodecs, 'block'>): Codec<BlockMessage> {
  return {
    maxBytes: MAX_BLOCK_MESSAGE_BYTES,
    encode: (message) =>
      message.kind === 'block'
        ? encodeBlockMessage(message.block, codecs)
        : withKind(HEADER, headerCodec.encode(message.header)),
    decode: (bytes) => decodeBlockMessage(bytes, codecs),
  }
}

/** A byte for what follows, 1 a block or 2 a header, then its RLP. */
export function encodeBlockMessage(block: Block, codecs: Pick<BlockCodecs, 'block'>): Uint8Array {
  const encoded = codecs.block.encode(block)
  if (encoded.length <= MAX_WHOLE_BLOCK_BYTES) return withKind(WHOLE, encoded)
  return withKind(HEADER, headerCodec.encode(block.header))
}

/** Throws a `RuleError` on anything else. */
function decodeBlockMessage(bytes: Uint8Array, codecs: Pick<BlockCodecs, 'block'>): BlockMessage {
  const [kind] = bytes
  const rest = bytes.subarray(1)
  if (kind === WHOLE && rest.length <= MAX_WHOLE_BLOCK_BYTES) return { kind: 'block', block: codecs.block.decode(rest) }
  if (kind === HEADER && rest.length <= MAX_HEADER_BYTES) return { kind: 'header', header: headerCodec.decode(rest) }
  throw new RuleError('FIELD_RANGE', 'not a message of the topic of blocks', {
    expected: `1 and a block of at most ${MAX_WHOLE_BLOCK_BYTES} bytes, or 2 and a header; larger bodies, up to ${MAX_BODY_BYTES}, are asked for`,
    actual: `${kind ?? 'nothing'} and ${rest.length} bytes`,
  })
}

function withKind(kind: number, bytes: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + bytes.length)
  message[0] = kind
  message.set(bytes, 1)
  return message
}
