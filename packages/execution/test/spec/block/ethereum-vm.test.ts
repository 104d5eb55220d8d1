import { describe, expect, test } from 'vitest'
import { HISTORY_KINDS } from '../../support/random-history.ts'
import { runHistory } from '../../support/run-history.ts'

describe('executeBlock', () => {
  // The same at full size: npm run evidence -- execution-differential
  test.each([
    ['cancun', 'a'],
    ['cancun', 'b'],
    ['osaka', 'a'],
    ['osaka', 'b'],
  ] as const)(
    'agrees with the VM of EthereumJS over a random history at %s (%s)',
    async (hardfork, seed) => {
      const report = await runHistory({ seed, hardfork, transactions: 250, maxPerBlock: 25 })
      expect(report.transactions).toBeGreaterThanOrEqual(250)
      expect(report.reverted).toBeGreaterThan(20)
      expect(report.logs).toBeGreaterThan(100)
      expect(HISTORY_KINDS[hardfork].length - report.kinds.size).toBeLessThan(4)
    },
    120_000,
  )
})
