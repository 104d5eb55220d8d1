import { expectToHold } from '@poai/testing/strangers'
import { it } from 'vitest'
import { stranger } from './rpc-getwork.case.ts'

it(stranger.bound, () => expectToHold(stranger), 120_000)
