import {
  BLOOM_BYTES,
  EMPTY_TRIE_ROOT,
  type Header,
  hash32,
  type SealedHeader,
  toAddress,
  toBloom,
  utf8ToBytes,
  ZERO_HASH,
} from '@poai/core'

/** A target that about one attempt in two meets. */
export const EASY_TARGET: bigint = 1n << 255n

/** A header to mine: no rule but those of the work looks at it here. */
export const someSealedHeader: SealedHeader = {
  parentHash: hash32(utf8ToBytes('parent')),
  beneficiary: toAddress(new Uint8Array(20).fill(0x11)),
  stateRoot: hash32(utf8ToBytes('state')),
  transactionsRoot: EMPTY_TRIE_ROOT,
  receiptsRoot: EMPTY_TRIE_ROOT,
  logsBloom: toBloom(new Uint8Array(BLOOM_BYTES)),
  target: EASY_TARGET,
  number: 7n,
  gasLimit: 30_000_000n,
  gasUsed: 0n,
  timestamp: 1_800_000_000n,
  extraData: utf8ToBytes('test'),
  baseFeePerGas: 1_000_000_000n,
}

/** The same with a seal of nothing. */
export const someHeader: Header = { ...someSealedHeader, transcriptRoot: ZERO_HASH, lossMicroNats: 0n, nonce: 0n }
