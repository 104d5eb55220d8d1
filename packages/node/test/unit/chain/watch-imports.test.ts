import type { FinishedStage, HeadEvent, ImportOutcome } from '@poai/chain'
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
import { type ImportFigures, watchImports } from '../../../src/chain/watch-imports.ts'

class World {
  readonly heads = new Emitter<HeadEvent>('head', silentLogger)
  readonly stages = new Emitter<FinishedStage>('stage', silentLogger)
  readonly fatal: unknown[] = []
  readonly figures: () => ImportFigures

  constructor() {
    const chain = { onHead: this.heads.subscribe, onStage: this.stages.subscribe }
    this.figures = watchImports(chain, (error) => this.fatal.push(error))
  }

  finish(end: ImportOutcome['kind'] | Error): void {
    const told = { number: 1n, hash: ZERO_HASH, beganMs: 0, durationMs: 0 }
    this.stages.emit({ ...told, stage: 'import', end: end instanceof Error ? { error: end } : { outcome: end } })
  }
}

it('counts what becomes of blocks', () => {
  const world = new World()
  for (const end of ['head', 'side', 'orphan'] as const) world.finish(end)
  world.finish(new RuleError('FIELD_KIND', 'no'))
  world.finish(new AppError('X_Y', 'no'))
  expect(world.figures()).toEqual({
    outcomes: { head: 1, side: 1, known: 0, orphan: 1 },
    invalid: { FIELD_KIND: 1 },
    undecided: 1,
    reorganisations: { count: 0, deepest: 0 },
  })
  expect(world.fatal).toEqual([])
})

it('counts an import, not the stages within it', () => {
  const world = new World()
  const told = { number: 1n, hash: ZERO_HASH, beganMs: 0, durationMs: 0 }
  const error = new RuleError('FIELD_KIND', 'no')
  world.stages.emit({ ...told, stage: 'replay', end: { error } })
  world.finish(error)
  expect(world.figures().invalid).toEqual({ FIELD_KIND: 1 })
})

it('counts reorganisations and remembers the deepest', () => {
  const { heads, figures } = new World()
  const block: Block = { header: genesisHeader(devnet), body: { transactions: [] } }
  const executed = { hash: ZERO_HASH, block, receipts: [] }
  const head = genesisContext(devnet)
  for (const depth of [0, 2, 1]) heads.emit({ head, removed: Array(depth).fill(executed), added: [executed] })
  expect(figures().reorganisations).toEqual({ count: 2, deepest: 2 })
})

it.each<[string, Error, boolean]>([
  ['a broken invariant', new InvariantError('bug'), true],
  ['a full disk', new StorageError('STORAGE_DISK_FULL', 'full'), true],
  ['damage', new StorageError('STORAGE_DAMAGED', 'damaged'), true],
  ['a state that is not kept', new StorageError('STORAGE_HISTORY_PRUNED', 'gone'), false],
  ['an engine that does not run', new AppError('INFERENCE_NOT_RUNNING', 'no'), false],
  ['an invalid block', new RuleError('FIELD_KIND', 'no'), false],
])('knows whether a node can go on after %s', (_what, error, isFatal) => {
  const world = new World()
  world.finish(error)
  expect(world.fatal).toEqual(isFatal ? [error] : [])
})
