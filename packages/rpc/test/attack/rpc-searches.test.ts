import { expectToHold } from '@poai/testing/strangers'
import { it } from 'vitest'
import { stranger } from './rpc-searches.case.ts'

it(stranger.bound, () => expectToHold(stranger), 120_000)
