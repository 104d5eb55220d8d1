/**
 * A farm miner in a process of its own, with an engine of its own: its node speaks to it through the parent's messages.
 */
import { createBlockCodecs, createTransactionCodec, type JsonValue, silentLogger } from '@poai/core'
import { openBenchEngine } from '@poai/testing/bench-engine'
import { easyDevnet } from '@poai/testing/chain'
import {
  createFarmMiner,
  createSearcher,
  type FarmClient,
  farmRequestToJson,
  farmSolutionToJson,
  parseFarmAnswer,
  parseFarmJob,
  rateReportToJson,
} from '../../src/index.ts'
import { systemClock } from './system-clock.ts'

/** A question to the node. */
export interface FarmCall {
  readonly id: number
  readonly method: 'getWork' | 'submitWork' | 'submitRate'
  readonly parameter: JsonValue
}

/** Its answer. */
export interface FarmReply {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

const waiting = new Map<number, PromiseWithResolvers<unknown>>()
let calls = 0

function call(method: FarmCall['method'], parameter: JsonValue): Promise<unknown> {
  const reply: PromiseWithResolvers<unknown> = Promise.withResolvers()
  const question: FarmCall = { id: calls++, method, parameter }
  waiting.set(question.id, reply)
  process.send?.(question)
  return reply.promise
}

process.on('message', ({ id, result, error }: FarmReply) => {
  const reply = waiting.get(id)
  waiting.delete(id)
  if (error === undefined) reply?.resolve(result)
  else reply?.reject(new Error(error))
})
// Without its node there is nothing to do; the engine's workers end with this process.
process.on('disconnect', () => process.exit(0))

const client: FarmClient = {
  getWork: async (request) => parseFarmJob(await call('getWork', farmRequestToJson(request))),
  submitWork: async (solution) => parseFarmAnswer(await call('submitWork', farmSolutionToJson(solution))),
  submitRate: async (report) => {
    await call('submitRate', rateReportToJson(report))
  },
}

const { engine } = await openBenchEngine()
const codecs = createBlockCodecs(createTransactionCodec(easyDevnet.chainId))
const miner = createFarmMiner(
  { params: easyDevnet, worker: `child-${process.pid}`, workers: 1 },
  {
    client,
    searcher: createSearcher(engine, { clock: systemClock }),
    codecs,
    clock: systemClock,
    logger: silentLogger,
  },
)
await miner.start()
