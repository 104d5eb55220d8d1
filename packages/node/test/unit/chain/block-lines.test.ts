import type { HeadEvent } from '@poai/chain'
import { genesisContext } from '@poai/consensus'
import { devnet, Emitter, genesisHash, genesisHeader, silentLogger, ZERO_HASH } from '@poai/core'
import { ManualClock } from '@poai/testing/manual-clock'
import { expect, it } from 'vitest'
import { createBlockLines } from '../../../src/chain/block-lines.ts'
import { RecordingLogger } from '../../support/recording-logger.ts'

const START_MS = 1_800_000_000_000

async function watch(): Promise<{
  heads: Emitter<HeadEvent>
  clock: ManualClock
  logger: RecordingLogger
  stop: () => Promise<void>
}> {
  const heads = new Emitter<HeadEvent>('head', silentLogger)
  const clock = new ManualClock(START_MS)
  const logger = new RecordingLogger()
  const lines = createBlockLines({ chain: { onHead: heads.subscribe }, clock, logger })
  await lines.start()
  return { heads, clock, logger, stop: () => lines.stop() }
}

function headEvent(number: bigint): HeadEvent {
  const header = { ...genesisHeader(devnet), number, timestamp: BigInt(START_MS / 1000 - 2), lossMicroNats: 1500n }
  const head = { ...genesisContext(devnet), number, hash: genesisHash(devnet) }
  return {
    head,
    removed: [],
    added: [{ hash: ZERO_HASH, block: { header, body: { transactions: [] } }, receipts: [] }],
  }
}

it('tells of a block in one line', async () => {
  const { heads, logger } = await watch()
  heads.emit(headEvent(5n))
  expect(logger.entries).toMatchObject([
    { level: 'info', message: 'Imported block', data: { number: 5n, transactions: 0, loss: '0.002', ageSeconds: 2 } },
  ])
})

it('tells of many blocks in one line a second', async () => {
  const { heads, clock, logger } = await watch()
  for (let number = 1n; number <= 100n; number++) heads.emit(headEvent(number))
  expect(logger.entries).toHaveLength(1)
  await clock.advance(1000)
  for (let number = 101n; number <= 150n; number++) heads.emit(headEvent(number))
  await clock.advance(1000)
  expect(logger.entries.slice(1)).toMatchObject([
    { message: 'Imported blocks', data: { count: 99, number: 100n } },
    { message: 'Imported blocks', data: { count: 50, number: 150n } },
  ])
})

it('tells of what it waited with when it is stopped', async () => {
  const { heads, logger, stop } = await watch()
  heads.emit(headEvent(1n))
  heads.emit(headEvent(2n))
  await stop()
  expect(logger.entries.map(({ data }) => data['number'])).toEqual([1n, 2n])
  heads.emit(headEvent(3n))
  expect(logger.entries).toHaveLength(2)
})
