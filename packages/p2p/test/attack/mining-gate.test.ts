import { expectToHold } from '@poai/testing/strangers'
import { it } from 'vitest'
import { stranger } from './mining-gate.case.ts'

it('headers that nobody worked for do not stop the miner', async () => {
  await expectToHold(stranger)
})
