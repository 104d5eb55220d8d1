import { expectToHold } from '@poai/testing/strangers'
import { it } from 'vitest'
import { stranger } from './forged-block.case.ts'

it('a forged block costs two passes of the model, not four', { timeout: 60_000 }, () => expectToHold(stranger))
