import { CONSENSUS_RULES, condemnsBlock } from '@poai/consensus'
import { RuleError } from '@poai/core'
import {
  type ChainGenerator,
  type GeneratedBlock,
  INVALID_BLOCK_CODES,
  type InvalidBlock,
  invalidBlock,
} from '@poai/testing/chain'
import { beforeAll, describe, expect, it } from 'vitest'
import { dumpStore, importAll, openChainFixture, startGenerator } from '../../support/chain-fixture.ts'
import { growWithTraffic } from '../../support/traffic.ts'

/**
 * What no block of this network can break: the parent is not found by judging one block, no honest model gives numbers
 * that are not finite, no fork has brought members, and contracts call no models (`answers.test.ts` has those).
 */
const ELSEWHERE = [
  ...['ANSWER_MISMATCH', 'BODY_ANSWERS_GAS', 'BODY_ANSWERS_ROOT', 'BODY_ANSWER_FORM'],
  ...['BODY_MEMBERS', 'HEADER_MEMBERS', 'HEADER_PARENT_UNKNOWN', 'WORK_NOT_FINITE'],
]

interface DearWork {
  readonly evaluations: number
  readonly executions: number
}

/**
 * How much expensive work a block may cause before its fault is found. Model and execution are both asked twice before
 * a block is condemned.
 */
const DEAR_WORK: Readonly<Record<InvalidBlock['stage'], DearWork>> = {
  'header-alone': { evaluations: 0, executions: 0 },
  'header-in-context': { evaluations: 0, executions: 0 },
  'work-claim': { evaluations: 0, executions: 0 },
  body: { evaluations: 0, executions: 0 },
  senders: { evaluations: 0, executions: 0 },
  replay: { evaluations: 2, executions: 0 },
  execution: { evaluations: 1, executions: 2 },
}

let generator: ChainGenerator
let trunk: readonly GeneratedBlock[]

beforeAll(async () => {
  generator = await startGenerator()
  trunk = await growWithTraffic(generator, generator.genesis, { length: 3, branch: 'trunk' })
})

describe('an invalid block', () => {
  it('is known for every rule of the chain', () => {
    const missing = CONSENSUS_RULES.map(({ code }) => code).filter((code) => !INVALID_BLOCK_CODES.includes(code))
    expect(missing.sort()).toEqual(ELSEWHERE)
  })

  it.each(INVALID_BLOCK_CODES)(
    '%s is refused by name, before anything more expensive, and leaves nothing',
    async (code) => {
      const parent = trunk.at(-1) ?? generator.genesis
      const { stage, block } = await invalidBlock(generator, parent, code)
      const fixture = await openChainFixture()
      fixture.clock.now = Number(parent.context.timestamp + 60n) * 1000
      await importAll(fixture.chain, trunk)
      const before = await dumpStore(fixture.store)
      fixture.costs.evaluations = 0
      fixture.costs.executions = 0
      const encoded = fixture.codecs.block.encode(block)
      await expect(fixture.chain.importEncoded(encoded)).rejects.toMatchObject({ code })
      expect(fixture.costs).toMatchObject(DEAR_WORK[stage])
      expect(fixture.chain.head()).toEqual(parent.context)
      const written = [...(await dumpStore(fixture.store))].filter(([key, value]) => before.get(key) !== value)
      // What did work on its claim is remembered, and nothing else is written.
      const isRemembered =
        condemnsBlock(new RuleError(code, '')) && !stage.startsWith('header') && stage !== 'work-claim'
      expect(written.map(([key]) => key.slice(0, 4)).sort()).toEqual(isRemembered ? ['0x50', '0x51', '0x63'] : [])
      fixture.costs.evaluations = 0
      await expect(fixture.chain.importEncoded(encoded)).rejects.toMatchObject({ code })
      expect(fixture.costs.evaluations).toBe(0)
    },
  )
})
