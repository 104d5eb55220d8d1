import {
  bytesToHex,
  defined,
  type Header,
  type Hex,
  headerHash,
  hexToBytes,
  toAddress,
  toBloom,
  toHash32,
} from '@poai/core'
import type { HeaderJson } from './node-methods.ts'

/** What the hash of a block is made from, as the `eth_` methods show it. */
export type HashedHeaderJson = Pick<
  HeaderJson,
  | 'parentHash'
  | 'miner'
  | 'stateRoot'
  | 'transactionsRoot'
  | 'receiptsRoot'
  | 'logsBloom'
  | 'number'
  | 'gasLimit'
  | 'gasUsed'
  | 'timestamp'
  | 'extraData'
  | 'baseFeePerGas'
  | 'nonce'
  | 'poai'
>

/** All members, those that came with forks too: undefined where a block has none. */
type Every<T> = { readonly [Name in keyof T]-?: undefined extends T[Name] ? T[Name] | undefined : T[Name] }

/**
 * Computes the hash of a block from its header, or from the whole block, as a node answers it. Clients that compute it
 * as Ethereum's headers are hashed get another one, because this chain's headers have other members. Throws a
 * `RangeError` where a member is not hexadecimal.
 *
 * @example
 * const block = await provider.send('eth_getBlockByNumber', ['latest', false])
 * poaiHeaderHash(block) === block.hash // true, or the node does not tell the truth
 */
export function poaiHeaderHash(header: HashedHeaderJson): Hex {
  const { target, transcriptRoot, lossMicroNats, answersRoot } = header.poai
  // All of them: with a member that a fork adds, this compiles again once answers show it.
  const members: Every<Header> = {
    parentHash: toHash32(bytesOf(header.parentHash)),
    beneficiary: toAddress(bytesOf(header.miner)),
    stateRoot: toHash32(bytesOf(header.stateRoot)),
    transactionsRoot: toHash32(bytesOf(header.transactionsRoot)),
    receiptsRoot: toHash32(bytesOf(header.receiptsRoot)),
    logsBloom: toBloom(bytesOf(header.logsBloom)),
    target: numberOf(target),
    number: numberOf(header.number),
    gasLimit: numberOf(header.gasLimit),
    gasUsed: numberOf(header.gasUsed),
    timestamp: numberOf(header.timestamp),
    extraData: bytesOf(header.extraData),
    baseFeePerGas: numberOf(header.baseFeePerGas),
    transcriptRoot: toHash32(bytesOf(transcriptRoot)),
    lossMicroNats: numberOf(lossMicroNats),
    nonce: numberOf(header.nonce),
    answersRoot: answersRoot && toHash32(bytesOf(answersRoot)),
  }
  return bytesToHex(headerHash(defined(members)))
}

function bytesOf(text: string): Uint8Array {
  const bytes = hexToBytes(text)
  if (bytes === undefined) throw new RangeError(`not hexadecimal bytes: ${text}`)
  return bytes
}

function numberOf(text: string): bigint {
  if (!/^0x[0-9a-f]+$/i.test(text)) throw new RangeError(`not a hexadecimal number: ${text}`)
  return BigInt(text)
}
