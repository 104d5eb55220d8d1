import { expectToHold } from '@poai/testing/strangers'
import { describe, it } from 'vitest'
import { stranger } from './misfits.case.ts'

describe('offers that no block has room for', () => {
  it('keep no honest transaction out', () => expectToHold(stranger))
})
