import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { createTx } from '@ethereumjs/tx'
import { eoaCode7702AuthorizationHashedMessageToSign, eoaCode7702SignAuthorization } from '@ethereumjs/util'
import { describe, expect, it } from 'vitest'
import {
  bytesToHex,
  bytesToUint,
  createTransactionCodec,
  decodeRlp,
  encodeRlp,
  MAX_AUTHORIZATIONS,
  MAX_TRANSACTION_BYTES,
  type RlpItem,
} from '../../src/index.ts'
import { codeOf } from '../support/code-of.ts'

const CHAIN_ID = 77n
const KEY = new Uint8Array(32).fill(7)
const codec = createTransactionCodec(CHAIN_ID)

function commonOf(chainId: bigint, hardfork: string = Hardfork.Prague): ReturnType<typeof createCustomCommon> {
  return createCustomCommon({ chainId: Number(chainId) }, Mainnet, { hardfork })
}

const common = commonOf(CHAIN_ID)
const legacy = createTx(
  { type: 0, nonce: 3, gasPrice: 5n, gasLimit: 21_000n, value: 1n, to: `0x${'11'.repeat(20)}` },
  { common },
)
const dynamic = createTx(
  { type: 2, nonce: 3, maxFeePerGas: 5n, maxPriorityFeePerGas: 2n, gasLimit: 21_000n },
  { common },
)
const authorization: [Uint8Array, Uint8Array, Uint8Array] = [
  Uint8Array.of(Number(CHAIN_ID)),
  new Uint8Array(20).fill(5),
  Uint8Array.of(9),
]
const signedAuthorization = eoaCode7702SignAuthorization(authorization, KEY)
const delegating = (
  authorizationList: Uint8Array[][],
  to: Uint8Array | undefined = new Uint8Array(20).fill(1),
): Uint8Array =>
  createTx(
    {
      ...{ type: 4, nonce: 3, maxFeePerGas: 5n, maxPriorityFeePerGas: 2n, gasLimit: 60_000n },
      to,
      authorizationList,
    } as Parameters<typeof createTx>[0],
    { common },
  )
    .sign(KEY)
    .serialize()
const AUTHORIZATIONS = 9
const signedLegacy = legacy.sign(KEY)
const signedDynamic = dynamic.sign(KEY)

function withMember(bytes: Uint8Array, index: number, item: RlpItem): Uint8Array {
  const typed = (bytes[0] as number) < 0xc0
  const members = decodeRlp(typed ? bytes.subarray(1) : bytes) as readonly RlpItem[]
  const payload = encodeRlp(members.with(index, item))
  return typed ? Uint8Array.of(bytes[0] as number, ...payload) : payload
}

describe('transaction codec', () => {
  it('reads a legacy transfer', () => {
    const read = codec.decode(signedLegacy.serialize())
    expect(read).toMatchObject({
      type: 0,
      nonce: 3n,
      maxFeePerGas: 5n,
      maxPriorityFeePerGas: 5n,
      gasLimit: 21_000n,
      value: 1n,
    })
    expect(bytesToHex(read.hash)).toBe(bytesToHex(signedLegacy.hash()))
    expect(bytesToHex(read.signature.signingHash)).toBe(bytesToHex(legacy.getHashedMessageToSign()))
  })

  it('reads a contract creation with EIP-1559 fees', () => {
    const read = codec.decode(signedDynamic.serialize())
    expect(read).toMatchObject({ type: 2, to: undefined, maxFeePerGas: 5n, maxPriorityFeePerGas: 2n })
    expect(bytesToHex(read.hash)).toBe(bytesToHex(signedDynamic.hash()))
  })

  it('reads a delegation with its authorizations', () => {
    const read = codec.decode(delegating([signedAuthorization]))
    expect(read).toMatchObject({ type: 4, maxFeePerGas: 5n, maxPriorityFeePerGas: 2n, accessList: [] })
    const [, , , yParity, r, s] = signedAuthorization
    expect(read.authorizationList).toEqual([
      {
        chainId: CHAIN_ID,
        address: authorization[1],
        nonce: 9n,
        signature: {
          r: bytesToUint(r),
          s: bytesToUint(s),
          yParity: yParity[0] ?? 0,
          signingHash: eoaCode7702AuthorizationHashedMessageToSign(authorization),
        },
      },
    ])
  })

  it('takes as many authorizations as can be paid for, whoever signed them', () => {
    const nobody = [new Uint8Array(), new Uint8Array(20), new Uint8Array(), Uint8Array.of(255), KEY, KEY]
    const list = (count: number): Uint8Array => delegating(Array.from({ length: count }, () => nobody))
    expect(codec.decode(list(MAX_AUTHORIZATIONS)).authorizationList).toHaveLength(MAX_AUTHORIZATIONS)
    expect(codeOf(() => codec.decode(list(MAX_AUTHORIZATIONS + 1)))).toBe('FIELD_COUNT')
  })

  it('hands out the parity that recovers the signer', () => {
    for (let nonce = 0; nonce < 16; nonce++) {
      for (const type of [0, 2]) {
        const price = type === 0 ? { gasPrice: 5n } : { maxFeePerGas: 5n, maxPriorityFeePerGas: 2n }
        const signed = createTx({ type, nonce, gasLimit: 21_000n, ...price } as Parameters<typeof createTx>[0], {
          common,
        }).sign(KEY)
        const v = signed.v as bigint
        const parity = type === 0 ? v - (2n * CHAIN_ID + 35n) : v
        expect(codec.decode(signed.serialize()).signature.yParity, `type ${type}, nonce ${nonce}`).toBe(Number(parity))
      }
    }
  })
})

describe('transaction codec refuses', () => {
  const delegated = delegating([signedAuthorization])
  const beforeEip155 = createTx(
    { type: 0, gasPrice: 5n, gasLimit: 21_000n },
    { common: commonOf(1n, Hardfork.Homestead) },
  ).sign(KEY)
  const otherChain = createTx({ type: 0, gasPrice: 5n, gasLimit: 21_000n }, { common: commonOf(78n) }).sign(KEY)
  const otherTyped = createTx({ type: 2, gasLimit: 21_000n }, { common: commonOf(78n) }).sign(KEY)

  it.each<[string, string, Uint8Array]>([
    ['nothing', 'TRANSACTION_MALFORMED', new Uint8Array(0)],
    ['a blob transaction', 'TRANSACTION_TYPE', Uint8Array.of(3, 0xc0)],
    ['a type that nobody knows', 'TRANSACTION_TYPE', Uint8Array.of(5, 0xc0)],
    ['a delegation without authorizations', 'TRANSACTION_MALFORMED', withMember(delegated, AUTHORIZATIONS, [])],
    ['a delegation that creates', 'TRANSACTION_MALFORMED', withMember(delegated, 5, new Uint8Array())],
    [
      'an authorization of five members',
      'TRANSACTION_MALFORMED',
      withMember(delegated, AUTHORIZATIONS, [signedAuthorization.slice(0, 5)]),
    ],
    [
      'an authorization of an address of 19 bytes',
      'TRANSACTION_MALFORMED',
      withMember(delegated, AUTHORIZATIONS, [signedAuthorization.with(1, new Uint8Array(19))]),
    ],
    [
      'an authorization with a nonce of nine bytes',
      'TRANSACTION_MALFORMED',
      withMember(delegated, AUTHORIZATIONS, [signedAuthorization.with(2, new Uint8Array(9).fill(1))]),
    ],
    [
      'an authorization with a parity of two bytes',
      'TRANSACTION_MALFORMED',
      withMember(delegated, AUTHORIZATIONS, [signedAuthorization.with(3, Uint8Array.of(1, 0))]),
    ],
    [
      'an authorization with a leading zero',
      'TRANSACTION_MALFORMED',
      withMember(delegated, AUTHORIZATIONS, [signedAuthorization.with(2, Uint8Array.of(0, 9))]),
    ],
    ['a string', 'TRANSACTION_TYPE', Uint8Array.of(0x83, 1, 2, 3)],
    [
      'an unsigned legacy transaction',
      'TRANSACTION_UNSIGNED',
      encodeRlp((decodeRlp(signedLegacy.serialize()) as RlpItem[]).slice(0, 6)),
    ],
    ['an unsigned typed transaction', 'TRANSACTION_UNSIGNED', dynamic.getMessageToSign() as Uint8Array],
    ['a signature without a chain', 'TRANSACTION_CHAIN_ID', beforeEip155.serialize()],
    ['another chain', 'TRANSACTION_CHAIN_ID', otherChain.serialize()],
    ['another chain, typed', 'TRANSACTION_CHAIN_ID', otherTyped.serialize()],
    [
      'a nonce with a leading zero',
      'TRANSACTION_MALFORMED',
      withMember(signedLegacy.serialize(), 0, Uint8Array.of(0, 3)),
    ],
    [
      'an address of 19 bytes',
      'TRANSACTION_MALFORMED',
      withMember(signedLegacy.serialize(), 3, new Uint8Array(19).fill(1)),
    ],
    ['a parity of 2', 'TRANSACTION_MALFORMED', withMember(signedDynamic.serialize(), 9, Uint8Array.of(2))],
    [
      'a high s (EIP-2)',
      'TRANSACTION_MALFORMED',
      withMember(signedDynamic.serialize(), 11, new Uint8Array(32).fill(0xfe)),
    ],
    ['a member too few', 'FIELD_COUNT', encodeRlp((decodeRlp(signedLegacy.serialize()) as RlpItem[]).slice(0, 8))],
    ['one byte after it', 'RLP_TRAILING_BYTES', Uint8Array.of(...signedLegacy.serialize(), 0)],
    ['one byte over the bound', 'OVERSIZE', new Uint8Array(MAX_TRANSACTION_BYTES + 1)],
  ])('%s', (_, code, bytes) => {
    expect(codeOf(() => codec.decode(bytes))).toBe(code)
  })
})
