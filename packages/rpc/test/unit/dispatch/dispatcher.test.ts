import { method, RESULTS, RpcError, required, type Shape } from '@poai/api'
import { type JsonValue, silentLogger } from '@poai/core'
import { expect, it } from 'vitest'
import { createDispatcher } from '../../../src/dispatch/dispatcher.ts'
import { RPC_DEFAULTS } from '../../../src/rpc-limits.ts'
import { ClientMemory } from '../../../src/server/client-memory.ts'

const session = {
  ...{ isTrusted: false, queue: 'a client', closed: new AbortController().signal },
  client: { name: 'a client', isLocal: false },
}

it.each([
  ['that it takes', true],
  ['that it refuses', false],
])('charges for the time that it reads arguments %s', async (_, isTaken) => {
  let nowMs = 0
  const slow: Shape<boolean> = {
    schema: {},
    parse: () => {
      nowMs += 10
      if (isTaken) return true
      throw new RpcError('invalidParams', 'not this one')
    },
  }
  const row = { name: 'eth_read', summary: '', params: [required('long', slow)], result: RESULTS.flag, cost: 10 }
  // Ten milliseconds cost a hundred.
  const limits = { ...RPC_DEFAULTS, costPerSecond: 1, costBurst: 109 }
  const dispatcher = createDispatcher(
    { limits, privateNamespaces: new Set() },
    {
      methods: [method({ ...row, run: () => true })],
      ...{ logger: silentLogger, memory: new ClientMemory(limits), elapsedMs: () => nowMs },
    },
  )
  const ask = async (): Promise<unknown> => {
    const answer = await dispatcher.answer('{"jsonrpc":"2.0","id":1,"method":"eth_read","params":[1]}', session)
    answer?.hold.release()
    return JSON.parse(answer?.text ?? 'null')
  }
  expect(await ask()).toMatchObject(isTaken ? { result: true } : { error: { code: -32_602 } })
  expect(await ask()).toMatchObject({ error: { code: -32_005, data: { retryAfterMs: 991 } } })
})

it.each([
  ['at once', false],
  ['later', true],
])('charges for the time that it writes a long answer that is there %s', async (_, isLater) => {
  let nowMs = 0
  const result = {
    toJSON: () => {
      nowMs += 10
      return true
    },
  } as unknown as JsonValue
  const limits = { ...RPC_DEFAULTS, costPerSecond: 1, costBurst: 109 }
  const dispatcher = createDispatcher(
    { limits, privateNamespaces: new Set() },
    {
      methods: [
        method({
          ...{ name: 'eth_read', summary: '', params: [], result: {}, cost: 10 },
          run: () => (isLater ? Promise.resolve(result) : result),
        }),
      ],
      ...{ logger: silentLogger, memory: new ClientMemory(limits), elapsedMs: () => nowMs },
    },
  )
  const ask = async (): Promise<unknown> => {
    const answer = await dispatcher.answer('{"jsonrpc":"2.0","id":1,"method":"eth_read","params":[]}', session)
    answer?.hold.release()
    return JSON.parse(answer?.text ?? 'null')
  }
  expect(await ask()).toMatchObject({ result: true })
  expect(await ask()).toMatchObject({ error: { code: -32_005 } })
})
