import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openRpcClient } from '../../src/rpc-client/open-rpc-client.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-open-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('opens a client of the node that the options or the environment name', async () => {
  const environment = { POAI_HOME: folder }
  const addressOf = async (...args: Parameters<typeof openRpcClient>): Promise<string> => {
    const client = await openRpcClient(...args)
    client.close()
    return client.address
  }
  expect(await addressOf({ rpc: 'http://a:1' }, environment)).toBe('http://a:1')
  expect(await addressOf({ dataDir: folder }, environment)).toBe(join(folder, 'poai.ipc'))
  expect(await addressOf({}, { ...environment, POAI_RPC: 'http://b:2' })).toBe('http://b:2')
  expect(await addressOf({}, environment)).toBe('http://127.0.0.1:8545')
  await expect(openRpcClient({ rpc: 'ftp://x' }, environment)).rejects.toMatchObject({ code: 'CLI_USAGE' })
})
