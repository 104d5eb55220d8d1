import { expectToHold } from '@poai/testing/strangers'
import { it } from 'vitest'
import { stranger } from './bodies-again.case.ts'

it('the same large bodies asked again cost no more than an address is allowed', { timeout: 90_000 }, () =>
  expectToHold(stranger),
)
