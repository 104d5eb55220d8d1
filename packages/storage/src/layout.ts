/** Which cache holds a table's records in memory; `none` for what is large or read once. */
export type CacheName = 'blocks' | 'state' | 'tries' | 'code' | 'none'

/** One kind of record. All its keys begin with `prefix`; a table's keys are a range of the database. */
export interface Table {
  /** The first byte of every key. Never used again for something else. */
  readonly prefix: number
  /** What follows it, with sizes in bytes; `u64` and the like are big-endian, so that ranges are in numeric order. */
  readonly key: string
  readonly value: string
  /** The function that writes it. */
  readonly by: string
  readonly cache: CacheName
}

/** The version of this layout; what is on disk says which one it was written with. Changing a row takes a migration. */
export const LAYOUT_VERSION = 1

/**
 * Every key of the database. First what the database says of itself, then blocks by hash, indexes, state, history, and
 * notes that the chain does not depend on (`NOTES_FROM` and above). A prefix that is no longer used stays here as a
 * comment.
 *
 * Example: the canonical hash of block 258 is under `20 00000000 00000102`.
 */
const LAYOUT = {
  version: { prefix: 0x00, key: '', value: 'u32', by: 'openDatabase', cache: 'none' },
  genesis: { prefix: 0x01, key: '', value: 'genesis hash 32', by: 'openDatabase', cache: 'none' },
  head: { prefix: 0x02, key: '', value: 'block hash 32 ∥ number u64', by: 'makeCanonical', cache: 'blocks' },
  horizons: {
    prefix: 0x03,
    key: '',
    value: 'history ∥ undo ∥ blocks ∥ branches, u64 each',
    by: 'prune',
    cache: 'blocks',
  },
  commits: { prefix: 0x04, key: 'commit u64', value: 'none', by: 'createCommitter', cache: 'none' },
  // Absent in databases of older programs, and until a first block becomes final.
  final: { prefix: 0x05, key: '', value: 'block hash 32 ∥ number u64', by: 'writeFinalBlock', cache: 'blocks' },

  headers: { prefix: 0x10, key: 'block hash 32', value: 'header, RLP', by: 'putBlock', cache: 'blocks' },
  contexts: { prefix: 0x11, key: 'block hash 32', value: 'chain context', by: 'putBlock', cache: 'blocks' },
  bodies: { prefix: 0x12, key: 'block hash 32', value: 'body, RLP', by: 'putBlock', cache: 'none' },
  receipts: {
    prefix: 0x13,
    key: 'block hash 32',
    value: 'receipts, RLP list of strings',
    by: 'putReceipts',
    cache: 'none',
  },

  canonical: { prefix: 0x20, key: 'number u64', value: 'block hash 32', by: 'makeCanonical', cache: 'blocks' },
  heights: { prefix: 0x21, key: 'number u64 ∥ block hash 32', value: 'none', by: 'putBlock', cache: 'none' },
  children: { prefix: 0x22, key: 'parent hash 32 ∥ block hash 32', value: 'none', by: 'putBlock', cache: 'none' },
  transactions: {
    prefix: 0x23,
    key: 'transaction hash 32',
    value: 'block hash 32 ∥ index u32',
    by: 'makeCanonical',
    cache: 'none',
  },

  accounts: {
    prefix: 0x30,
    key: 'address 20',
    value: 'changed at u64 ∥ depth u32 ∥ account, RLP',
    by: 'applyState',
    cache: 'state',
  },
  slots: {
    prefix: 0x31,
    key: 'address 20 ∥ slot 32',
    value: 'changed at u64 ∥ depth u32 ∥ value',
    by: 'applyState',
    cache: 'state',
  },
  code: { prefix: 0x32, key: 'code hash 32', value: 'code', by: 'applyState', cache: 'code' },
  accountNodes: { prefix: 0x33, key: 'path, a byte a nibble', value: 'node, RLP', by: 'applyState', cache: 'tries' },
  slotNodes: {
    prefix: 0x34,
    key: 'address 20 ∥ path, a byte a nibble',
    value: 'node, RLP',
    by: 'applyState',
    cache: 'tries',
  },

  accountHistory: {
    prefix: 0x40,
    key: 'address 20 ∥ number u64',
    value: 'previous u64 ∥ jump u64 ∥ value before',
    by: 'applyState',
    cache: 'none',
  },
  slotHistory: {
    prefix: 0x41,
    key: 'address 20 ∥ slot 32 ∥ number u64',
    value: 'previous u64 ∥ jump u64 ∥ value before',
    by: 'applyState',
    cache: 'none',
  },
  changedKeys: {
    prefix: 0x42,
    key: 'number u64',
    value: 'addresses, slots, code hashes, RLP',
    by: 'applyState',
    cache: 'none',
  },
  undoNodes: { prefix: 0x43, key: 'number u64', value: 'trie nodes before, RLP', by: 'applyState', cache: 'none' },

  badBlocks: { prefix: 0x50, key: 'block hash 32', value: 'place u64 ∥ rule code', by: 'putBadBlock', cache: 'none' },
  badBlockOrder: { prefix: 0x51, key: 'place u64', value: 'block hash 32', by: 'putBadBlock', cache: 'none' },

  mempool: { prefix: 0x60, key: 'place u32', value: 'transaction', by: 'saveMempool', cache: 'none' },
  peers: { prefix: 0x61, key: 'peer id', value: 'what p2p remembers', by: 'savePeer', cache: 'none' },
  meta: { prefix: 0x62, key: 'name, UTF-8', value: 'bytes', by: 'putMeta', cache: 'none' },
  keptBadBlocks: {
    prefix: 0x63,
    key: 'shelf u8 ∥ place u64',
    value: 'hash, rule, reason, source, time, block, RLP',
    by: 'keepBadBlock',
    cache: 'none',
  },

  // The index by account, which a node has only if its operator wants it. `INDEX_FORMAT` is its version.
  indexedTo: {
    prefix: 0x70,
    key: '',
    value: 'format u32 ∥ number u64 ∥ block hash 32 ∥ traced from u64',
    by: 'putIndexedBlock',
    cache: 'none',
  },
  touched: {
    prefix: 0x71,
    key: 'address 20 ∥ number u64 ∥ transaction index u32',
    value: 'roles u8',
    by: 'putIndexedBlock',
    cache: 'none',
  },
  mined: { prefix: 0x72, key: 'address 20 ∥ number u64', value: 'none', by: 'putIndexedBlock', cache: 'none' },
  sent: {
    prefix: 0x73,
    key: 'address 20 ∥ nonce u64',
    value: 'number u64 ∥ transaction index u32',
    by: 'putIndexedBlock',
    cache: 'none',
  },
  creations: {
    prefix: 0x74,
    key: 'address 20',
    value: 'number u64 ∥ transaction index u32 ∥ creator 20',
    by: 'putIndexedBlock',
    cache: 'none',
  },
  // Of blocks that can still leave the chain.
  indexJournal: {
    prefix: 0x75,
    key: 'number u64',
    value: 'parent hash 32 ∥ keys, each after its length u8',
    by: 'putIndexedBlock',
    cache: 'none',
  },
} as const

/** The name of a table. */
export type TableName = keyof typeof LAYOUT

/** The layout, by name. */
export const TABLES: Readonly<Record<TableName, Table>> = LAYOUT

/** Tables from this prefix on do not take part in the chain: writing them makes no pending block stale. */
export const NOTES_FROM = 0x60
