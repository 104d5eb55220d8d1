import { AppError, type Logger, silentLogger } from '@poai/core'
import { expect, it } from 'vitest'
import { toRpcError } from '../../../src/dispatch/to-rpc-error.ts'

it.each([
  ['MINER_REQUEST_INVALID', -32_602],
  ['MINER_NO_WORK', -32_002],
  ['MINER_BUSY', -32_005],
  ['NODE_STOPPED', -32_002],
  ['P2P_ADDRESS', -32_602],
])('clients read the text of %s, and nobody is woken over it', (code, number) => {
  let isLogged = false
  const logger: Logger = {
    ...silentLogger,
    error: () => {
      isLogged = true
    },
  }
  const error = toRpcError(new AppError(code, 'syncing', { expected: 'a name' }), logger, 'poai_getWork')
  expect(error).toMatchObject({ code: number, message: 'syncing: expected a name' })
  expect(isLogged).toBe(false)
})

it('a client that has gone is no failure', () => {
  const told: string[] = []
  const logger: Logger = { ...silentLogger, error: (message) => void told.push(message) }
  toRpcError(new AppError('RPC_CLIENT_GONE', 'the client has gone'), logger, 'poai_getWork')
  expect(told).toEqual([])
})
