import { describe, expect, it } from 'vitest'
import {
  bytesToHex,
  createTransactionCodec,
  decodeRlp,
  devnet,
  encodeBody,
  encodeRlp,
  extensibleField,
  type Fault,
  genesisHeader,
  type Hash32,
  hash32,
  hashField,
  headerCodec,
  InvariantError,
  type LaterMembers,
  listField,
  misplacedMember,
  type RlpItem,
  rlpCodec,
  rulesAt,
  sealHash,
  uint64Field,
} from '../../src/index.ts'
import { createBodyField } from '../../src/wire/block.ts'
import { createHeaderWire } from '../../src/wire/header.ts'
import { codeOf } from '../support/code-of.ts'
import { forked } from '../support/forked-network.ts'

/** What the next features bring: one row each, and no other change. */
const laterHeader: LaterMembers<{ readonly votesRoot: Hash32; readonly certificate: bigint }> = {
  votesRoot: { field: hashField, isDue: ({ since }) => since >= 10n },
  certificate: { field: uint64Field, isDue: ({ since }) => since >= 20n },
}
const laterBody: LaterMembers<{ readonly votes: readonly Hash32[] }> = {
  votes: { field: listField(hashField, 4), isDue: ({ since }) => since >= 10n },
}

const { codec, sealHash: laterSealHash } = createHeaderWire(laterHeader)
const { inference: _, ...callless } = devnet
const today = genesisHeader(callless)
const votesRoot = hash32(Uint8Array.of(1))
const items = decodeRlp(headerCodec.encode(today)) as readonly RlpItem[]

describe('a header that a fork extends', () => {
  it('is written as today as long as it has no later member', () => {
    expect(bytesToHex(codec.encode(today))).toBe(bytesToHex(headerCodec.encode(today)))
    expect(bytesToHex(laterSealHash(today))).toBe(bytesToHex(sealHash(today)))
    expect(codec.decode(headerCodec.encode(today))).toEqual(today)
  })

  it('has later members after the seal, and seals them', () => {
    const header = { ...today, votesRoot }
    expect(bytesToHex(codec.encode(header))).toBe(bytesToHex(encodeRlp([...items, votesRoot])))
    expect(codec.decode(codec.encode(header))).toEqual(header)
    expect(bytesToHex(laterSealHash(header))).toBe(bytesToHex(hash32(encodeRlp([...items.slice(0, 13), votesRoot]))))
    expect(bytesToHex(laterSealHash({ ...header, nonce: 7n } as typeof header))).toBe(bytesToHex(laterSealHash(header)))
  })

  it('is refused by a program that does not know the fork, and with members that nobody knows', () => {
    const bytes = codec.encode({ ...today, votesRoot })
    expect(codeOf(() => createHeaderWire({}).codec.decode(bytes))).toBe('FIELD_COUNT')
    const tooMany = encodeRlp([...items, votesRoot, Uint8Array.of(1), Uint8Array.of(1)])
    expect(codeOf(() => codec.decode(tooMany))).toBe('FIELD_COUNT')
    expect(codeOf(() => codec.decode(encodeRlp(items.slice(0, 15))))).toBe('FIELD_COUNT')
    expect(codeOf(() => codec.decode(encodeRlp([...items, Uint8Array.of(1)])))).toBe('FIELD_SIZE')
  })

  it('has no later member without those before it', () => {
    expect(() => codec.encode({ ...today, certificate: 1n })).toThrow(InvariantError)
    expect(codec.decode(codec.encode({ ...today, votesRoot, certificate: 1n }))).toHaveProperty('certificate', 1n)
  })

  it.each<[bigint, object, ReturnType<typeof misplacedMember>]>([
    [9n, {}, undefined],
    [9n, { votesRoot }, { name: 'votesRoot', isDue: false }],
    [10n, { votesRoot }, undefined],
    [10n, {}, { name: 'votesRoot', isDue: true }],
    [19n, { votesRoot, certificate: 1n }, { name: 'certificate', isDue: false }],
    [20n, { votesRoot }, { name: 'certificate', isDue: true }],
    [20n, { votesRoot, certificate: 1n }, undefined],
  ])('at block %i', (number, members, misplaced) => {
    const value = { ...today, number, ...members }
    expect(misplacedMember(laterHeader, { value, rules: rulesAt(forked, number) })).toEqual(misplaced)
  })
})

describe('a body that a fork extends', () => {
  const { decode } = createTransactionCodec(devnet.chainId)
  const bodies = rlpCodec('body', createBodyField(decode, laterBody), 1000)
  const empty = { transactions: [] }

  it('is written as today as long as it has no later list', () => {
    expect(bytesToHex(bodies.encode(empty))).toBe('0xc1c0')
    expect(bytesToHex(encodeBody(empty))).toBe('0xc1c0')
    expect(bodies.decode(encodeBody(empty))).toEqual(empty)
  })

  it('has its later lists at the end: there but empty is not the same as missing', () => {
    expect(bytesToHex(bodies.encode({ ...empty, votes: [] }))).toBe('0xc2c0c0')
    expect(bodies.decode(bodies.encode({ ...empty, votes: [] }))).toEqual({ ...empty, votes: [] })
    expect(bodies.decode(bodies.encode({ ...empty, votes: [votesRoot] }))).toHaveProperty('votes', [votesRoot])
  })
})

describe('JSON of what a fork extends', () => {
  const field = extensibleField<{ readonly id: bigint }, { readonly root: Hash32 }>(
    { id: uint64Field },
    { root: hashField },
  )
  const read = (json: unknown): { readonly value: unknown; readonly faults: readonly Fault[] } => {
    const faults: Fault[] = []
    return { value: field.fromJson(json, '', (fault) => faults.push(fault)), faults }
  }

  it('leaves out what is not there, and asks for what always was', () => {
    expect(field.toJson({ id: 1n })).toEqual({ id: 1 })
    expect(read({ id: 1 })).toEqual({ value: { id: 1n }, faults: [] })
    expect(read({ id: 1, root: bytesToHex(votesRoot) }).value).toEqual({ id: 1n, root: votesRoot })
    expect(read({ root: bytesToHex(votesRoot) }).faults.map(({ path }) => path)).toEqual(['id'])
    expect(read({ id: 1, root: '0x' }).faults.map(({ path }) => path)).toEqual(['root'])
  })
})
