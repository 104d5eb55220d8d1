import { type Block, devnet, genesisHeader, type Hash32, hash32, utf8ToBytes } from '@poai/core'
import { describe, expect, it } from 'vitest'
import { ORPHAN_DEFAULTS, type OrphanLimits, OrphanPool } from '../../../src/import/orphan-pool.ts'

const clock = { now: 0, nowMs: (): number => clock.now }

function nameOf(text: string): Hash32 {
  return hash32(utf8ToBytes(text))
}

function blockAfter(parent: string): Block {
  return { header: { ...genesisHeader(devnet), parentHash: nameOf(parent) }, body: { transactions: [] } }
}

function poolOf(limits: Partial<OrphanLimits>): OrphanPool {
  clock.now = 0
  return new OrphanPool({ ...ORPHAN_DEFAULTS, ...limits }, clock)
}

function add(
  pool: OrphanPool,
  name: string,
  options: { parent?: string; source?: string; sizeBytes?: number } = {},
): void {
  const { parent = 'parent', source = 'peer', sizeBytes = 10 } = options
  pool.add({ hash: nameOf(name), block: blockAfter(parent), sizeBytes, source, branchWork: 0n })
}

function kept(pool: OrphanPool, names: string): string {
  return [...names].filter((name) => pool.has(nameOf(name))).join('')
}

describe('the pool of orphans', () => {
  it('gives out the blocks that wait for a parent, once', () => {
    const pool = poolOf({})
    add(pool, 'a')
    add(pool, 'b', { parent: 'another' })
    add(pool, 'c')
    expect(pool.takeChildren(nameOf('parent')).map(({ hash }) => hash)).toEqual([nameOf('a'), nameOf('c')])
    expect(pool.takeChildren(nameOf('parent'))).toEqual([])
    expect(pool.size).toEqual({ blocks: 1, bytes: 10 })
  })

  it('holds so many blocks and lets the oldest go', () => {
    const pool = poolOf({ maxBlocks: 2 })
    for (const name of 'abc') add(pool, name)
    expect(kept(pool, 'abc')).toBe('bc')
  })

  it('holds so many bytes, and takes no block that is larger', () => {
    const pool = poolOf({ maxBytes: 20 })
    for (const name of 'abc') add(pool, name)
    expect(kept(pool, 'abc')).toBe('bc')
    add(pool, 'd', { sizeBytes: 21 })
    expect(kept(pool, 'abcd')).toBe('bc')
    add(pool, 'd', { sizeBytes: 20 })
    expect(kept(pool, 'abcd')).toBe('d')
  })

  it('takes the room for a source from that source', () => {
    const pool = poolOf({ maxPerSource: 2 })
    add(pool, 'a', { source: 'quiet' })
    for (const name of 'bcde') add(pool, name, { source: 'loud' })
    expect(kept(pool, 'abcde')).toBe('ade')
  })

  it('lets a block go after its lifetime and not before; a second copy does not renew it', () => {
    const pool = poolOf({ lifetimeMs: 100 })
    add(pool, 'a')
    clock.now = 100
    add(pool, 'a', { source: 'another peer' })
    expect(kept(pool, 'a')).toBe('a')
    clock.now = 101
    pool.expire()
    expect(pool.size).toEqual({ blocks: 0, bytes: 0 })
  })
})
