// node --conditions=source packages/execution/test/support/state-tests/pack-state-tests.ts FOLDER
//
// Packs the unpacked `GeneralStateTests` of https://github.com/ethereum/tests (MIT) to the fixture that tests and
// evidence read: one line a test, with what concerns Cancun.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import { FORK, STATE_TESTS, type StateTest } from './state-test-archive.ts'

type Filled = Omit<StateTest, 'file' | 'name' | 'post'> & {
  readonly post: Record<string, StateTest['post'] | undefined>
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('Which folder?')
const lines: string[] = []
for (const path of globSync(join(folder, '**', '*.json')).sort()) {
  const file = relative(folder, path).split(sep).join('/')
  for (const [name, test] of Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Filled>)) {
    const { env, pre, transaction, post } = test
    const expected = post[FORK]?.map(({ hash, logs, txbytes, expectException }) => ({
      hash,
      logs,
      txbytes,
      expectException,
    }))
    if (expected === undefined) continue
    const { secretKey, sender } = transaction
    lines.push(JSON.stringify({ file, name, env, pre, transaction: { secretKey, sender }, post: expected }))
  }
}
writeFileSync(STATE_TESTS, gzipSync(lines.join('\n'), { level: 9 }))
