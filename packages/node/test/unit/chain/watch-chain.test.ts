import type { Chain, HeadEvent, ImportOutcome } from '@poai/chain'
import { genesisContext } from '@poai/consensus'
import {
  AppError,
  type Block,
  devnet,
  Emitter,
  genesisHeader,
  InvariantError,
  RuleError,
  silentLogger,
  ZERO_HASH,
} from '@poai/core'
import { StorageError } from '@poai/storage'
import { expect, it } from 'vitest'
import { watchChain } from '../../../src/chain/watch-chain.ts'

const block: Block = { header: genesisHeader(devnet), body: { transactions: [] } }

/** A chain of which only what is watched works: the rest must not be touched. */
function chainOf(outcomes: readonly (ImportOutcome['kind'] | Error)[]): { chain: Chain; heads: Emitter<HeadEvent> } {
  const queue = [...outcomes]
  const heads = new Emitter<HeadEvent>('head', silentLogger)
  const importBlock = async (): Promise<ImportOutcome> => {
    const next = queue.shift() ?? 'head'
    if (next instanceof Error) throw next
    return next === 'orphan' ? { kind: next, hash: ZERO_HASH, missing: ZERO_HASH } : { kind: next, hash: ZERO_HASH }
  }
  return { heads, chain: { importBlock, importEncoded: importBlock, onHead: heads.subscribe } as unknown as Chain }
}

it('counts what becomes of blocks, by both ways in', async () => {
  const { chain } = chainOf(['head', 'side', 'orphan', new RuleError('FIELD_KIND', 'no'), new AppError('X_Y', 'no')])
  const fatal: unknown[] = []
  const watched = watchChain(chain, (error) => fatal.push(error))
  await watched.chain.importBlock(block)
  await watched.chain.importEncoded(new Uint8Array())
  await watched.chain.importBlock(block)
  await expect(watched.chain.importBlock(block)).rejects.toBeInstanceOf(RuleError)
  await expect(watched.chain.importBlock(block)).rejects.toBeInstanceOf(AppError)
  expect(watched.figures()).toEqual({
    outcomes: { head: 1, side: 1, known: 0, orphan: 1 },
    invalid: { FIELD_KIND: 1 },
    undecided: 1,
    reorganisations: { count: 0, deepest: 0 },
  })
  expect(fatal).toEqual([])
})

it('counts reorganisations and remembers the deepest', () => {
  const { chain, heads } = chainOf([])
  const watched = watchChain(chain, () => undefined)
  const executed = { hash: ZERO_HASH, block, receipts: [] }
  const head = genesisContext(devnet)
  for (const depth of [0, 2, 1]) heads.emit({ head, removed: Array(depth).fill(executed), added: [executed] })
  expect(watched.figures().reorganisations).toEqual({ count: 2, deepest: 2 })
})

it.each<[string, Error, boolean]>([
  ['a broken invariant', new InvariantError('bug'), true],
  ['a full disk', new StorageError('STORAGE_DISK_FULL', 'full'), true],
  ['damage', new StorageError('STORAGE_DAMAGED', 'damaged'), true],
  ['a state that is not kept', new StorageError('STORAGE_HISTORY_PRUNED', 'gone'), false],
  ['an engine that does not run', new AppError('INFERENCE_NOT_RUNNING', 'no'), false],
  ['an invalid block', new RuleError('FIELD_KIND', 'no'), false],
])('knows whether a node can go on after %s', async (_what, error, isFatal) => {
  const { chain } = chainOf([error])
  const fatal: unknown[] = []
  const watched = watchChain(chain, (told) => fatal.push(told))
  await expect(watched.chain.importBlock(block)).rejects.toBe(error)
  expect(fatal).toEqual(isFatal ? [error] : [])
})
