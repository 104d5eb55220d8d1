import { expect, test } from 'vitest'
import { openChainFixture } from '../support/chain-fixture.ts'

test.each([
  { finalityDepth: 0n, opens: false },
  { finalityDepth: 1n, opens: true },
  { finalityDepth: 1024n, opens: true },
  { finalityDepth: 1025n, opens: false },
])('a finality depth of $finalityDepth with 1,024 undo records: $opens', async ({ finalityDepth, opens }) => {
  const opening = openChainFixture({ chain: { limits: { finalityDepth } } })
  if (opens) await (await opening).close()
  else await expect(opening).rejects.toMatchObject({ code: 'CHAIN_FINALITY_DEPTH' })
})
