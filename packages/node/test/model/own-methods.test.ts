import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createPoai, POAI_METHODS, type PoaiActions } from '@poai/api/client'
import { easyDevnet } from '@poai/testing/chain'
import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { loggedUrl, testFolder, testNode } from '../support/test-node.ts'

interface Described {
  readonly name: string
  readonly result: { readonly schema: object }
}

it('answers all methods of its own in the schemas that it serves, while it mines', async () => {
  const flags = { mine: true, 'mine-alone': true, beneficiary: `0x${'ab'.repeat(20)}`, 'http-port': '0' }
  const test = testNode(join(await testFolder(), 'data'), { flags, params: easyDevnet })
  const { node } = test
  await node.start()
  while (node.status.head.number < 1) await delay(50)
  const url = loggedUrl(test, 'Serving JSON-RPC')
  const ask = async (method: string, params: readonly unknown[] = []): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const answer = await (await fetch(url, { method: 'POST', body })).json()
    expect(answer, `${method}: ${JSON.stringify(answer)}`).toHaveProperty('result')
    return (answer as { readonly result: unknown }).result
  }
  const poai = createPoai(ask)
  const job = await poai.getWork({ worker: 'tester' })
  const seal = { nonce: BigInt(job.firstNonce), lossMicroNats: 0n, transcriptRoot: `0x${'00'.repeat(32)}` } as const
  const answers: { readonly [Name in keyof PoaiActions]: () => Promise<unknown> } = {
    getExam: () => poai.getExam('latest'),
    getTranscript: () => poai.getTranscript(1, 0),
    verifyBlock: () => poai.verifyBlock(1n),
    getAccuracy: () => poai.getAccuracy(1, 1),
    models: () => poai.models(),
    inferences: () => poai.inferences(`0x${'00'.repeat(32)}`),
    nodeStatus: () => poai.nodeStatus(),
    networkParams: () => poai.networkParams(),
    engine: () => poai.engine(),
    peers: () => poai.peers(),
    getWork: async () => job,
    // A claim that the model does not confirm: judged, and worth nothing.
    submitWork: () => poai.submitWork({ worker: 'tester', jobId: job.jobId, ...seal }),
    submitRate: () => poai.submitRate({ worker: 'tester', attemptsPerSecond: 1.5, tokensPerSecond: 100, workers: 1 }),
    getRawHeader: () => poai.getRawHeader('earliest'),
  }
  const { methods } = (await ask('rpc.discover')) as { readonly methods: readonly Described[] }
  const own = methods.filter(({ name }) => name.startsWith('poai_'))
  expect(own.map(({ name }) => name)).toEqual([...POAI_METHODS])
  const ajv = new Ajv({ strict: false })
  for (const { name, result } of own) {
    const answer = await answers[name.replace('poai_', '') as keyof PoaiActions]()
    const judge = ajv.compile(result.schema)
    expect(judge(answer), `${name}: ${ajv.errorsText(judge.errors)} in ${JSON.stringify(answer)}`).toBe(true)
  }
  expect(await poai.verifyBlock(1)).toMatchObject({ valid: true })
  expect(await poai.getExam(1)).toMatchObject({ number: '0x1', replayAgrees: true })
})
