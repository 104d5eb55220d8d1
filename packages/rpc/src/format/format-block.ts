import { toQuantity, toWord } from '@poai/api'
import type { BlockJson, HeaderJson } from '@poai/api/client'
import { workOfTarget } from '@poai/consensus'
import { bytesToHex, defined, type Hash32, type Header, headerHash, uintToBytes } from '@poai/core'

/** keccak256 of the RLP of an empty list: there are no uncles here. */
const EMPTY_UNCLES_HASH = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347'

/** A header in the shape that Ethereum's clients read; what only this chain has is in `poai`. */
export function formatHeader(header: Header, hash: Hash32 = headerHash(header)): HeaderJson {
  return {
    number: toQuantity(header.number),
    hash: bytesToHex(hash),
    parentHash: bytesToHex(header.parentHash),
    nonce: bytesToHex(uintToBytes(header.nonce, 8)),
    mixHash: bytesToHex(header.transcriptRoot),
    sha3Uncles: EMPTY_UNCLES_HASH,
    logsBloom: bytesToHex(header.logsBloom),
    transactionsRoot: bytesToHex(header.transactionsRoot),
    stateRoot: bytesToHex(header.stateRoot),
    receiptsRoot: bytesToHex(header.receiptsRoot),
    miner: bytesToHex(header.beneficiary),
    difficulty: toQuantity(workOfTarget(header.target)),
    extraData: bytesToHex(header.extraData),
    gasLimit: toQuantity(header.gasLimit),
    gasUsed: toQuantity(header.gasUsed),
    timestamp: toQuantity(header.timestamp),
    baseFeePerGas: toQuantity(header.baseFeePerGas),
    poai: {
      target: toWord(header.target),
      lossMicroNats: toQuantity(header.lossMicroNats),
      transcriptRoot: bytesToHex(header.transcriptRoot),
      ...defined({ answersRoot: header.answersRoot && bytesToHex(header.answersRoot) }),
    },
  }
}

/** A block: its header, and its transactions as they were formatted. */
export function formatBlock(
  header: Header,
  more: {
    readonly hash: Hash32
    readonly sizeBytes: number
    readonly totalWork: bigint | undefined
    readonly transactions: BlockJson['transactions']
    /** How many answers of models its body carries; undefined where the rules name no models. */
    readonly answers?: number | undefined
  },
): BlockJson {
  const { poai, ...shown } = formatHeader(header, more.hash)
  return {
    ...shown,
    poai: { ...poai, ...defined({ answers: more.answers === undefined ? undefined : toQuantity(more.answers) }) },
    ...defined({ totalDifficulty: more.totalWork === undefined ? undefined : toQuantity(more.totalWork) }),
    size: toQuantity(more.sizeBytes),
    transactions: more.transactions,
    uncles: [],
  }
}
