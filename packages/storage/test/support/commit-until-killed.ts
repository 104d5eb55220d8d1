// Goes on with a history where the database is, one commit after the other, and says after each that it is done. Never
// ends.
import { equalBytes } from '@poai/core'
import { openDatabase, readHead } from '../../src/index.ts'
import { CRASH_RETENTION, crashHistory } from './crash-history.ts'
import { MODEL_NETWORK, reorganise } from './model-chain.ts'

const [directory = '', seed = '0'] = process.argv.slice(2)
const { store, committer } = await openDatabase(directory, { genesisHash: MODEL_NETWORK })
const target = { store, committer, retention: CRASH_RETENTION, sync: true }
const done = readHead(store)
let isBehind = done !== undefined
let step = 0
for (const { off, on, head } of crashHistory(Number(seed))) {
  if (!isBehind) {
    await reorganise(target, { off, on })
    process.stdout.write(`${step}\n`)
  }
  if (done !== undefined && equalBytes(done.hash, head.hash)) isBehind = false
  step++
}
