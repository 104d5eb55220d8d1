import { describe, expect, test } from 'vitest'
import { HISTORY_KINDS } from '../../support/random-history.ts'
import { runHistory } from '../../support/run-history.ts'

describe('executeBlock', () => {
  // The same at full size: npm run evidence -- execution-differential
  test.each(['a', 'b'])(
    'agrees with the VM of EthereumJS over a random history (%s)',
    async (seed) => {
      const report = await runHistory({ seed, transactions: 250, maxPerBlock: 25 })
      expect(report.transactions).toBeGreaterThanOrEqual(250)
      expect(report.reverted).toBeGreaterThan(20)
      expect(report.logs).toBeGreaterThan(100)
      expect(HISTORY_KINDS.length - report.kinds.size).toBeLessThan(4)
    },
    120_000,
  )
})
