import { readFileSync } from 'node:fs'
import {
  type ChainContext,
  createExamBuilder,
  deriveExamSeed,
  extendContext,
  genesisContext,
  networkExamOptions,
  nextEpochKey,
  validateBody,
  validateHeaderAlone,
  validateHeaderInContext,
  validateReplay,
  validateWorkClaim,
} from '@poai/consensus'
import {
  type Block,
  bytesToHex,
  createBlockCodecs,
  createTransactionCodec,
  type Hex,
  headerHash,
  hex,
  type JsonValue,
  parseNetworkParams,
  sealHash,
} from '@poai/core'
import { describe, expect, it } from 'vitest'

/** A block as a node mined it, and what the network's model says about its exam. */
interface DevnetBlock {
  readonly block: Hex
  readonly hash: string
  readonly examSeed: string
  /** One string an answer position, eight digits a word. */
  readonly words: readonly string[]
}

/** The first blocks of a devnet, mined with the real model, with transactions of each type. */
interface DevnetVectors {
  readonly network: JsonValue
  readonly blocks: readonly DevnetBlock[]
}

const file = new URL('vectors/devnet.vectors.json', import.meta.url)
const recorded = JSON.parse(readFileSync(file, 'utf8')) as DevnetVectors
const params = parseNetworkParams(recorded.network)
const codec = createBlockCodecs(createTransactionCodec(params.chainId)).block
const blocks = recorded.blocks.map(({ block }) => codec.decode(hex(block)))
const buildExam = createExamBuilder(networkExamOptions(params))

/** Before each block. The genesis block is the one that they were mined on: parameters may have grown since. */
function contexts(): readonly ChainContext[] {
  const { parentHash } = (blocks[0] as Block).header
  let context: ChainContext = { ...genesisContext(params), hash: parentHash, epochSeed: parentHash }
  return blocks.map(({ header }) => {
    const before = context
    context = extendContext(params, context, header)
    return before
  })
}

describe('blocks of a devnet', () => {
  it.each(contexts().map((context, index) => ({ context, index, number: index + 1 })))(
    'block $number keeps the rules, and its exam is the model’s',
    ({ context, index }) => {
      const { header, body } = blocks[index] as Block
      const { block, hash, examSeed, words } = recorded.blocks[index] as DevnetBlock
      expect(bytesToHex(codec.encode({ header, body }))).toBe(block)
      expect(bytesToHex(headerHash(header))).toBe(hash)
      validateHeaderAlone({ params, header })
      validateHeaderInContext({ params, context, header, nowSeconds: header.timestamp })
      validateWorkClaim(header)
      validateBody({ params, header, body })
      const epochKey = nextEpochKey(params, context)
      const seed = deriveExamSeed({ epochKey, sealHash: sealHash(header), nonce: header.nonce })
      expect(bytesToHex(seed)).toBe(examSeed)
      const digits = words.join('').match(/.{8}/g) ?? []
      const evaluation = { words: Uint32Array.from(digits, (word) => Number.parseInt(word, 16)) }
      validateReplay(header, buildExam(seed), evaluation)
    },
  )

  it('hold transactions of each type', () => {
    const types = blocks.flatMap(({ body }) => body.transactions.map(({ type }) => type))
    expect([...new Set(types)].sort()).toEqual([0, 1, 2])
  })
})
