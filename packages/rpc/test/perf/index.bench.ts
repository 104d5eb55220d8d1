/**
 * What the index by account costs and brings: `npm run bench -- index`. Blocks of transfers from four accounts to a
 * fifth: processor time and bytes for a transaction, and a page of the fifth's transactions with the index and without.
 */
import { bytesToHex } from '@poai/core'
import { countTables } from '@poai/storage'
import { OWNERS_CALL } from '@poai/testing/call-method'
import { signTransaction, testWallet, WALLETS } from '@poai/testing/chain'
import { LogTexts } from '../../src/format/log-texts.ts'
import { otterscanMethods } from '../../src/methods/ots/otterscan.ts'
import { indexerOf } from '../support/indexed-chain.ts'
import { openMiningChain } from '../support/mining-chain.ts'
import { contextOf, dependenciesOf } from '../support/rpc-fixture.ts'

const BLOCKS = Number(process.argv[2] ?? 40)
const PER_ACCOUNT = 62
const PAGE = 25
const ROUNDS = 20
const TABLES: readonly string[] = ['touched', 'mined', 'sent', 'creations', 'indexJournal']

const chain = await openMiningChain()
const receiver = testWallet('receives everything').address
for (let block = 0; block < BLOCKS; block++) {
  for (const wallet of WALLETS)
    for (let index = 0; index < PER_ACCOUNT; index++) {
      const nonce = BigInt(block * PER_ACCOUNT + index)
      await chain.chain.mempool.add(signTransaction(chain.params.chainId, wallet, { nonce, to: receiver, value: 1n }))
    }
  await chain.mine()
}
const transactions = BLOCKS * PER_ACCOUNT * WALLETS.length
const rows: Record<string, string> = { transactions: String(transactions) }

const before = process.cpuUsage()
const indexer = indexerOf(chain)
await indexer.start()
while (!(await indexer.reaches(chain.chain.head().number))) await new Promise(setImmediate)
const { user, system } = process.cpuUsage(before)
rows['processor time for a transaction, senders recovered'] = `${Math.round((user + system) / transactions)} µs`
const counted = (await countTables(chain.store)).filter(({ table }) => TABLES.includes(table))
for (const { table, contentBytes } of counted)
  rows[`bytes for a transaction before compression: ${table}`] = (contentBytes / transactions).toFixed(1)

for (const way of ['with', 'without'] as const) {
  const more = way === 'with' ? { accountIndex: indexer } : {}
  const context = { ...dependenciesOf(chain), ...contextOf(chain), logTexts: new LogTexts(), ...more }
  const search = otterscanMethods(context).find(({ name }) => name === 'ots_searchTransactionsBefore')
  for (const [whose, of] of [['busy', receiver] as const, ['idle', testWallet('nobody').address] as const]) {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const begunMs = performance.now()
      await search?.invoke([of, 0, PAGE], OWNERS_CALL)
      times.push(performance.now() - begunMs)
    }
    const median = times.sort((a, b) => a - b)[ROUNDS / 2] ?? 0
    rows[`a page of ${whose === 'busy' ? bytesToHex(of).slice(0, 8) : 'an unused address'}, ${way} the index`] =
      `${median.toFixed(2)} ms (slowest ${times.at(-1)?.toFixed(1)} ms)`
  }
  context.view.close()
}
console.table(rows)
await indexer.stop()
await chain.close()
