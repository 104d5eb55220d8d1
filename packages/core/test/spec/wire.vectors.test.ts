import { readFileSync } from 'node:fs'
import { createMPT } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { describe, expect, it } from 'vitest'
import { bytesToHex, concatBytes, createBlockCodecs, hexToBytes, keccak256, utf8ToBytes } from '../../src/index.ts'
import { sampleCodec } from './wire-samples.ts'
import { computeWireVectors, type HeaderVector, type JsonItem, type WireVectors } from './wire-vectors.ts'

const recorded = JSON.parse(readFileSync(new URL('vectors/wire.vectors.json', import.meta.url), 'utf8')) as WireVectors
const computed = computeWireVectors()
const protocol = readFileSync(new URL('../../../../docs/PROTOCOL.md', import.meta.url), 'utf8')

function bytesOf(text: string): Uint8Array {
  const bytes = hexToBytes(text)
  if (bytes === undefined) throw new RangeError(`not hexadecimal: ${text}`)
  return bytes
}

/** By another implementation of RLP. */
function encode(item: JsonItem): Uint8Array {
  const toInput = (one: JsonItem): Parameters<typeof RLP.encode>[0] =>
    typeof one === 'string' ? bytesOf(one) : one.map(toInput)
  return RLP.encode(toInput(item))
}

/** By another implementation of tries. */
async function rootOf(entries: readonly (readonly [Uint8Array, Uint8Array])[]): Promise<string> {
  const trie = await createMPT()
  for (const [key, value] of entries) await trie.put(key, value)
  return bytesToHex(trie.root())
}

async function listRoot(values: readonly Uint8Array[]): Promise<string> {
  return await rootOf(values.map((value, index) => [RLP.encode(index), value]))
}

function prefixed(type: number, payload: Uint8Array): string {
  return bytesToHex(type === 0 ? payload : concatBytes(Uint8Array.of(type), payload))
}

/** An integer without leading zeros, as bytes. */
function integer(text: string): string {
  const digits = BigInt(text).toString(16)
  return text === '0' ? '0x' : `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`
}

/** The members in the order of PROTOCOL.md. */
function headerItems({ members }: HeaderVector): readonly string[] {
  return [
    ...[members.parentHash, members.beneficiary, members.stateRoot, members.transactionsRoot, members.receiptsRoot],
    ...[members.logsBloom, integer(members.target), integer(members.number), integer(members.gasLimit)],
    ...[integer(members.gasUsed), integer(members.timestamp), members.extraData, integer(members.baseFeePerGas)],
    ...[members.transcriptRoot, integer(members.lossMicroNats)],
    `0x${BigInt(members.nonce).toString(16).padStart(16, '0')}`,
    ...('answersRoot' in members ? [members.answersRoot as string] : []),
  ]
}

it('the vectors of encodings, roots and genesis blocks are what the code computes', () => {
  expect(computed).toEqual(recorded)
})

/** PROTOCOL.md once more, from the recorded values alone, with libraries of others. */
describe('recorded values follow the document', () => {
  it('RLP', () => {
    for (const { item, encoded } of recorded.rlp) expect(bytesToHex(encode(item))).toBe(encoded)
  })

  it('tries', async () => {
    for (const { entries, root } of recorded.tries) {
      expect(await rootOf(entries.map(([key, value]) => [bytesOf(key), bytesOf(value)]))).toBe(root)
    }
    for (const { values, root } of recorded.lists) expect(await listRoot(values.map(bytesOf))).toBe(root)
  })

  it('filters', () => {
    for (const { entry, bloom } of recorded.blooms) {
      const digest = keccak256(bytesOf(entry))
      let filter = 0n
      for (const i of [0, 2, 4]) filter |= 1n << BigInt((((digest[i] ?? 0) & 7) << 8) | (digest[i + 1] ?? 0))
      expect(`0x${filter.toString(16).padStart(512, '0')}`).toBe(bloom)
    }
  })

  it('headers', () => {
    for (const vector of recorded.headers) {
      const items = headerItems(vector)
      expect(bytesToHex(encode(items))).toBe(vector.encoded)
      expect(bytesToHex(encode([...items.slice(0, 13), ...items.slice(16)]))).toBe(vector.sealed)
      expect(bytesToHex(keccak256(bytesOf(vector.sealed)))).toBe(vector.sealHash)
      expect(bytesToHex(keccak256(bytesOf(vector.encoded)))).toBe(vector.hash)
    }
  })

  it('genesis blocks', () => {
    recorded.genesis.forEach(({ params, paramsHash, stateRoot, header, hash }, index) => {
      expect(bytesToHex(keccak256(utf8ToBytes('poai/params/1'), bytesOf(params)))).toBe(paramsHash)
      expect(recorded.headers[index]).toMatchObject({
        encoded: header,
        hash,
        members: { stateRoot, extraData: paramsHash },
      })
    })
  })

  it('schedules of forks', () => {
    const { genesis, forks } = recorded.schedule
    expect(genesis).toBe(recorded.genesis[0]?.hash)
    let before = genesis
    forks.forEach(({ number, rules, target, hash, next }, index) => {
      const step = RLP.encode([bytesOf(integer(number)), RLP.decode(bytesOf(rules)), bytesOf(integer(target))])
      expect(bytesToHex(keccak256(utf8ToBytes('poai/fork/1'), bytesOf(before), step))).toBe(hash)
      expect(next).toBe(forks[index + 1]?.number ?? '0')
      before = hash
    })
  })

  it('transactions', () => {
    const unsigned: Readonly<Record<number, number>> = { 0: 6, 1: 8, 2: 9, 4: 10 }
    for (const { type, members, encoded, signingHash, hash } of recorded.transactions) {
      expect(prefixed(type, encode(members))).toBe(encoded)
      expect(bytesToHex(keccak256(bytesOf(encoded)))).toBe(hash)
      const signed = members.slice(0, unsigned[type])
      const chain = type === 0 ? [integer('1886347620'), '0x', '0x'] : []
      expect(bytesToHex(keccak256(bytesOf(prefixed(type, encode([...signed, ...chain])))))).toBe(signingHash)
    }
  })

  it('receipts', () => {
    for (const { type, members, encoded } of recorded.receipts) {
      expect(prefixed(type, encode(members))).toBe(encoded)
    }
  })

  it('blocks', async () => {
    for (const [index, vector] of recorded.blocks.entries()) {
      const transactions = vector.transactions.map((label) => {
        const found = recorded.transactions.find((transaction) => transaction.label === label)
        return found?.encoded ?? ''
      })
      expect(bytesToHex(encode([transactions]))).toBe(vector.body)
      expect(await listRoot(transactions.map(bytesOf))).toBe(vector.transactionsRoot)
      const receipts = recorded.receipts.slice(0, [0, 1, 4][index])
      expect(await listRoot(receipts.map(({ encoded }) => bytesOf(encoded)))).toBe(vector.receiptsRoot)
      const { header, body } = createBlockCodecs(sampleCodec).block.decode(bytesOf(vector.block))
      expect(body.transactions.map(({ bytes }) => bytesToHex(bytes))).toEqual(transactions)
      expect(bytesToHex(header.transactionsRoot)).toBe(vector.transactionsRoot)
    }
  })
})

it('the document quotes the genesis blocks as they are', () => {
  for (const { network, paramsHash, stateRoot, sealHash, hash } of recorded.genesis) {
    for (const quoted of [paramsHash, stateRoot, sealHash, hash]) expect(protocol, network).toContain(quoted)
  }
})
