import { expectToHold } from '@poai/testing/strangers'
import { it } from 'vitest'
import { stranger } from './captured.case.ts'

it('a chain that is forged after an easy beginning captures no node', async () => {
  await expectToHold(stranger)
})
