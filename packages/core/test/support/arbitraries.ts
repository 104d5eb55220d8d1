import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common'
import { createTx } from '@ethereumjs/tx'
import fc from 'fast-check'
import {
  ADDRESS_BYTES,
  type Address,
  BLOOM_BYTES,
  type Block,
  type Body,
  BYTE_TOKENS,
  type CallableModel,
  createTransactionCodec,
  defined,
  encodeGenerate,
  encodeReplay,
  HASH_BYTES,
  type Hash32,
  type Header,
  hash32,
  type InferenceAnswer,
  type Log,
  MAX_LOSS_MICRO_NATS,
  type NetworkParams,
  parseNetworkParams,
  type Receipt,
  type RlpItem,
  type Transaction,
  type TransactionCodec,
  type TransactionType,
  toAddress,
  toBloom,
  toHash32,
  uint256Field,
  utf8ToBytes,
} from '../../src/index.ts'

export const CHAIN_ID = 1_886_347_620n
const common = createCustomCommon({ chainId: Number(CHAIN_ID) }, Mainnet, { hardfork: Hardfork.Prague })
export const transactionCodec: TransactionCodec = createTransactionCodec(CHAIN_ID)

/** The one whose calls are drawn. */
export const CALLED_MODEL: CallableModel = {
  ...{ name: 'called', sha256: hash32(utf8ToBytes('called')), vectorsSha256: hash32(utf8ToBytes('vectors')) },
  ...{ domain: 'portable-1', format: 'bytes-1', contextTokens: 64, stopTokens: [13] },
  ...{ baseGas: 10_000n, promptTokenGas: 100n, outputTokenGas: 1_000n },
}

const bytes = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size })
const uint = (bits: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n })

export const hashes: fc.Arbitrary<Hash32> = bytes(HASH_BYTES).map(toHash32)
export const addresses: fc.Arbitrary<Address> = bytes(ADDRESS_BYTES).map(toAddress)
const blooms = bytes(BLOOM_BYTES).map(toBloom)

export const rlpItems: fc.Arbitrary<RlpItem> = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof({ maxDepth: 5 }, fc.uint8Array({ maxLength: 70 }), fc.array(tie('item'), { maxLength: 5 })),
})).item

/** Before forks, and where contracts may call models. */
export const headers: fc.Arbitrary<Header> = fc
  .tuple(
    fc.record({
      parentHash: hashes,
      beneficiary: addresses,
      stateRoot: hashes,
      transactionsRoot: hashes,
      receiptsRoot: hashes,
      logsBloom: blooms,
      target: uint(256),
      number: uint(64),
      gasLimit: uint(64),
      gasUsed: uint(64),
      timestamp: uint(64),
      extraData: fc.uint8Array({ maxLength: 64 }),
      baseFeePerGas: uint(256),
      transcriptRoot: hashes,
      lossMicroNats: fc.bigInt({ min: 0n, max: MAX_LOSS_MICRO_NATS }),
      nonce: uint(64),
    }),
    fc.option(hashes, { nil: undefined }),
  )
  .map(([header, answersRoot]) => ({ ...header, ...defined({ answersRoot }) }))

const logs: fc.Arbitrary<Log> = fc.record({
  address: addresses,
  topics: fc.array(hashes, { maxLength: 4 }),
  data: fc.uint8Array({ maxLength: 100 }),
})

export const receipts: fc.Arbitrary<Receipt> = fc.record({
  type: fc.constantFrom<TransactionType>(0, 1, 2, 4),
  status: fc.constantFrom(0, 1),
  cumulativeGasUsed: uint(64),
  logsBloom: blooms,
  logs: fc.array(logs, { maxLength: 4 }),
})

/** Signed by the library's own signer, so that the codec is tested on bytes that it did not make. */
export const transactions: fc.Arbitrary<Transaction> = fc
  .record({
    type: fc.constantFrom(0, 1, 2, 4),
    key: fc.constantFrom(1, 2, 3),
    nonce: uint(32),
    gasLimit: fc.bigInt({ min: 21_000n, max: 30_000_000n }),
    price: uint(64),
    tip: uint(64),
    to: fc.option(addresses, { nil: undefined }),
    value: uint(100),
    data: fc.uint8Array({ maxLength: 200 }),
    accessList: fc.array(fc.record({ address: addresses, storageKeys: fc.array(hashes, { maxLength: 3 }) }), {
      maxLength: 3,
    }),
    authorizations: fc.array(
      fc.record({
        chainId: uint(256),
        address: addresses,
        nonce: uint(64),
        ...{ yParity: uint(8), r: uint(256), s: uint(256) },
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ type, key, nonce, gasLimit, price, tip, to, value, data, accessList, authorizations }) => {
    const fees = type >= 2 ? { maxFeePerGas: price + tip, maxPriorityFeePerGas: tip } : { gasPrice: price }
    const access =
      type === 0
        ? {}
        : {
            accessList: accessList.map(
              ({ address, storageKeys }) => [address, storageKeys] as [Uint8Array, Uint8Array[]],
            ),
          }
    const delegation = {
      // A transaction of this type creates nothing.
      to: to ?? new Uint8Array(ADDRESS_BYTES),
      authorizationList: authorizations.map(({ chainId, address, nonce: ofAuthority, yParity, r, s }) =>
        [chainId, address, ofAuthority, yParity, r, s].map((member) =>
          typeof member === 'bigint' ? uint256Field.toItem(member) : member,
        ),
      ),
    }
    const shared = { type, nonce, gasLimit, value, data, ...defined({ to }) }
    const typed = { ...shared, ...fees, ...access, ...(type === 4 ? delegation : {}) }
    const signed = createTx(typed as Parameters<typeof createTx>[0], { common }).sign(new Uint8Array(32).fill(key))
    return transactionCodec.decode(signed.serialize())
  })

/** What models may be asked, in the encoding that contracts write. */
const PROMPTINGS = {
  model: fc.constant(CALLED_MODEL.sha256),
  prompt: fc.uint8Array({ maxLength: 40 }),
  temperature: fc.constantFrom(0, 700, 100_000),
  seed: hashes,
}
const outputs = fc.array(fc.nat(BYTE_TOKENS - 1), { minLength: 1, maxLength: 20 })
const questions: fc.Arbitrary<Uint8Array> = fc
  .record({ ...PROMPTINGS, maxTokens: fc.integer({ min: 1, max: 20 }) })
  .map(encodeGenerate)
const claims: fc.Arbitrary<Uint8Array> = fc
  .record({ ...PROMPTINGS, output: outputs.map((tokens) => Uint32Array.from(tokens)), root: hashes })
  .map(encodeReplay)
export const callInputs: fc.Arbitrary<Uint8Array> = fc.oneof(questions, claims)

export const answers: fc.Arbitrary<InferenceAnswer> = fc.oneof(
  fc.record({ kind: fc.constant('generate' as const), input: questions, tokens: outputs, root: hashes }),
  fc.record({
    kind: fc.constant('replay' as const),
    input: claims,
    ...{ isRightRoot: fc.boolean(), firstWrong: fc.nat(20) },
  }),
)

export const bodies: fc.Arbitrary<Body> = fc
  .record({
    transactions: fc.array(transactions, { maxLength: 4 }),
    answers: fc.option(fc.array(answers, { maxLength: 4 }), { nil: undefined }),
  })
  .map(({ transactions, answers }) => ({ transactions, ...defined({ answers }) }))
export const blocks: fc.Arbitrary<Block> = fc.record({ header: headers, body: bodies })

/** A network from a few drawn numbers: enough for every member to vary. */
export const networks: fc.Arbitrary<NetworkParams> = fc
  .record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    hash: hashes,
    accounts: fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 4 }),
  })
  .map(({ seed, hash, accounts }) => {
    const hashHex = `0x${Buffer.from(hash).toString('hex')}`
    return parseNetworkParams({
      name: `net-${seed}`,
      chainId: seed,
      hardfork: 'cancun',
      work: {
        model: 'some-model',
        modelSha256: hashHex,
        domain: 'some-domain',
        vectorsSha256: hashHex,
        exam: {
          format: 'bytes-1',
          tokens: 128 + (seed % 64),
          answerTokens: 8 + (seed % 8),
          minSaltTokens: 12,
          probes: 1 + (seed % 8),
        },
        epochBlocks: seed,
      },
      difficulty: {
        initialTarget: seed,
        easiestTarget: seed + 1,
        spacingSeconds: 1 + (seed % 60),
        halfLifeSeconds: 60,
      },
      time: { medianSpan: 11, maxFutureSeconds: 15 },
      gas: {
        initialLimit: 30_000_000,
        minLimit: 5000,
        limitDivisor: 1024,
        elasticity: 2,
        initialBaseFee: seed,
        baseFeeDivisor: 8,
      },
      rewards: { initialWei: '5000000000000000000', halvingBlocks: seed },
      limits: { extraDataBytes: 32, bodyBytes: 100_000 + seed },
      genesis: {
        timestamp: seed,
        accounts: accounts.map((byte) => ({
          address: `0x${byte.toString(16).padStart(2, '0').repeat(20)}`,
          balance: `${seed}000000000000000000`,
          nonce: byte,
          code: '0x6001',
          storage: [{ key: hashHex, value: seed }],
        })),
      },
    })
  })
