import { expectToHold } from '@poai/testing/strangers'
import { it } from 'vitest'
import { stranger } from './submit-work.case.ts'

it('ground solutions cost an address six passes, and no farm its block', { timeout: 60_000 }, () =>
  expectToHold(stranger),
)
