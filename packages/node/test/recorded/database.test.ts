import { join } from 'node:path'
import { digestTables } from '@poai/testing/table-digests'
import { expect, it } from 'vitest'
import { NETWORK_FILE, poai, testFolder } from './support/program.ts'
import { recorded } from './support/recording.ts'

/** One mark a commit: how many there are is not what a reader of the database depends on. */
const COMMITS = '0x04'

it('an import and a reorganisation leave the same bytes on disk', async () => {
  const folder = await testFolder()
  const directory = join(folder, 'data')
  for (const [file, head] of [
    ['chain.poai', 20],
    ['branch.poai', 22],
  ] as const) {
    const path = join(import.meta.dirname, 'vectors', file)
    const args = ['db', 'import', path, '--data-dir', directory, '--network', NETWORK_FILE, '--workers', '1', '--json']
    expect(JSON.parse(await poai(folder, args))).toMatchObject({ head: { number: head }, stop: null })
  }
  const { tables } = JSON.parse(await poai(folder, ['db', 'size', '--count', '--data-dir', directory, '--json']))
  const names = tables.map(({ table, records }: { table: string; records: number }) => ({
    table,
    records: table === 'commits' ? 'one for each commit' : records,
  }))
  const { [COMMITS]: _, ...digests } = await digestTables(join(directory, 'chain', 'leveldb'))
  const found = { tables: names, digests }
  expect(found).toEqual(await recorded('database', found))
})
