import { expectToHold } from '@poai/testing/strangers'
import { it } from 'vitest'
import { stranger } from './eclipse.case.ts'

it('strangers with one network do not choose the peers of a node', { timeout: 120_000 }, () => expectToHold(stranger))
