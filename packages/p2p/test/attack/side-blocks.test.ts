import { expectToHold } from '@poai/testing/strangers'
import { test } from 'vitest'
import { stranger } from './side-blocks.case.ts'

test('siblings behind a late block fill no disk and go no further', { timeout: 60_000 }, () => expectToHold(stranger))
