import { expectToHold } from '@poai/testing/strangers'
import { it } from 'vitest'
import { stranger } from './sync-held-up.case.ts'

it('silent, slow and lying names do not keep a node from an honest chain', async () => {
  await expectToHold(stranger)
})
