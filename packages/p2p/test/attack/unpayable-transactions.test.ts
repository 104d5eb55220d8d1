import { expectToHold } from '@poai/testing/strangers'
import { describe, it } from 'vitest'
import { stranger } from './unpayable-transactions.case.ts'

describe('transactions that nobody can pay', () => {
  it('cost a node next to nothing, and whoever sends them its connection', () => expectToHold(stranger))
})
