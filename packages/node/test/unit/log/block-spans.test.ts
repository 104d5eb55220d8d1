import type { Chain, ImportOutcome } from '@poai/chain'
import {
  AppError,
  type Block,
  bytesToHex,
  createBlockCodecs,
  createTransactionCodec,
  devnet,
  genesisHash,
  genesisHeader,
  RuleError,
  ZERO_HASH,
} from '@poai/core'
import { ManualClock } from '@poai/testing/manual-clock'
import { expect, it } from 'vitest'
import { createBlockSpans } from '../../../src/log/block-spans.ts'
import { RecordingLogger } from '../../support/recording-logger.ts'

const codecs = createBlockCodecs(createTransactionCodec(devnet.chainId))
const block: Block = { header: genesisHeader(devnet), body: { transactions: [] } }
const trace = bytesToHex(genesisHash(devnet))

it('tells when the parts of a block’s life began, how long they took and how they ended', async () => {
  const logger = new RecordingLogger()
  const spans = createBlockSpans({ codecs, clock: new ManualClock(1000), logger })
  const verifier = spans.ofVerifier({ verify: async () => undefined })
  const outcome: ImportOutcome = { kind: 'side', hash: ZERO_HASH }
  const importBlock = async (): Promise<ImportOutcome> => {
    await verifier.verify(block.header, { epochKey: ZERO_HASH })
    return outcome
  }
  const chain = spans.ofChain({ importBlock } as unknown as Chain)
  expect(await chain.importBlock(block)).toBe(outcome)
  expect(await chain.importEncoded(codecs.block.encode(block))).toBe(outcome)
  expect(logger.entries).toHaveLength(4)
  expect(logger.entries.slice(0, 2)).toMatchObject([
    { level: 'debug', message: 'Span', data: { span: 'replay', trace, number: 0n, startMs: 1000, outcome: 'valid' } },
    {
      level: 'debug',
      message: 'Span',
      data: { span: 'import', trace, outcome: 'side', durationMs: expect.any(Number) },
    },
  ])
})

it('tells of failures, and passes them on', async () => {
  const logger = new RecordingLogger()
  const spans = createBlockSpans({ codecs, clock: new ManualClock(0), logger })
  const errors = [new RuleError('FIELD_KIND', 'wrong'), new AppError('X_Y', 'failed')]
  const verifier = spans.ofVerifier({ verify: () => Promise.reject(errors[logger.entries.length]) })
  for (const error of errors) await expect(verifier.verify(block.header, { epochKey: ZERO_HASH })).rejects.toBe(error)
  expect(logger.entries.map(({ data }) => data['outcome'])).toEqual(['FIELD_KIND', 'undecided'])
})
