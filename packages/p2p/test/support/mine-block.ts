import { type Chain, sealBlock } from '@poai/chain'
import { createAttempts, createExamBuilder, examToRequest, networkExamOptions } from '@poai/consensus'
import type { Block, Header, NetworkParams } from '@poai/core'
import { createFakeEngine } from '@poai/inference'
import { WALLETS } from '@poai/testing/chain'

/** Makes a block of what waits in a chain's pool, with the fake model, and imports it. */
export async function mineBlock(chain: Chain, params: NetworkParams): Promise<Block> {
  const [miner] = WALLETS
  if (miner === undefined) throw new RangeError('there is a wallet')
  const template = await chain.templates.build({
    beneficiary: miner.address,
    extraData: new Uint8Array(0),
    nowSeconds: BigInt(Math.floor(Date.now() / 1000)),
    gasLimitGoal: params.gas.initialLimit,
  })
  const seal = await solve(params, template.header, template.epochKey)
  const block = sealBlock(template, seal)
  await chain.importBlock(block)
  return block
}

async function solve(
  params: NetworkParams,
  header: Parameters<typeof createAttempts>[0]['header'],
  epochKey: Header['parentHash'],
): Promise<Header> {
  const engine = createFakeEngine()
  await engine.start()
  const attempts = createAttempts({ header, epochKey, buildExam: createExamBuilder(networkExamOptions(params)) })
  for (;;) {
    for (const attempt of attempts.take(4)) {
      const [evaluation] = await engine.evaluate([examToRequest(attempt.exam)])
      if (evaluation === undefined) throw new RangeError('an engine answers')
      const finished = attempts.finish(attempt, evaluation)
      if (finished.kind === 'solved') return { ...header, ...finished.seal }
    }
  }
}
