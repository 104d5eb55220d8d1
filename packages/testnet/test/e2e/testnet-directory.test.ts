import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { devnet } from '@poai/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { deriveNetwork } from '../../src/plan/derive-network.ts'
import { findFreePorts, isPortFree } from '../../src/plan/free-ports.ts'
import { openTestnetDirectory } from '../../src/plan/testnet-directory.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'poai-testnet-'))
})
afterEach(() => rm(home, { recursive: true }))

it('a folder belongs to one testnet at a time, and goes on where it stopped', async () => {
  const path = join(home, 'net')
  const first = await openTestnetDirectory({ named: path, home }, devnet)
  expect(first.isNew).toBe(true)
  await expect(openTestnetDirectory({ named: path, home }, devnet)).rejects.toMatchObject({
    code: 'CLI_TESTNET_RUNS',
    actual: `process ${process.pid}`,
  })
  first.release()
  first.release()
  const second = await openTestnetDirectory({ named: path, home }, devnet)
  expect(second.isNew).toBe(false)
  second.release()
})

it('a folder of another network is refused', async () => {
  const path = join(home, 'net')
  const { release } = await openTestnetDirectory({ named: path, home }, devnet)
  release()
  const other = deriveNetwork(devnet, { spacingSeconds: 2 })
  await expect(openTestnetDirectory({ named: path, home }, other)).rejects.toMatchObject({
    code: 'CLI_TESTNET_FOREIGN',
  })
  // And was let go again.
  expect(await readdir(path)).toEqual(['network.json'])
})

it('a folder that cannot be made is one clear line', async () => {
  const file = join(home, 'file')
  await writeFile(file, '')
  await expect(openTestnetDirectory({ named: join(file, 'net'), home }, devnet)).rejects.toMatchObject({
    code: 'CLI_FOLDER_UNUSABLE',
    actual: expect.stringContaining('ENOTDIR'),
  })
})

it('the lock of a process that is gone is no lock', async () => {
  const { path, release } = await openTestnetDirectory({ named: join(home, 'net'), home }, devnet)
  release()
  // Beyond what any system hands out.
  await writeFile(join(path, 'testnet.lock'), '2147483646\n')
  const again = await openTestnetDirectory({ named: path, home }, devnet)
  again.release()
})

it('a second testnet of a home takes a second folder', async () => {
  const folders = []
  for (let index = 0; index < 3; index++) folders.push(await openTestnetDirectory({ named: undefined, home }, devnet))
  expect(folders.map(({ path }) => path)).toEqual(
    ['devnet', 'devnet-2', 'devnet-3'].map((name) => join(home, 'testnets', name)),
  )
  for (const { release } of folders) release()
})

it('taken ports are passed over', async () => {
  const server = await new Promise<Server>((resolve) => {
    const listening = createServer().listen({ port: 0, host: '127.0.0.1' }, () => resolve(listening))
  })
  try {
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    expect(await isPortFree(port, '127.0.0.1')).toBe(false)
    const found = await findFreePorts(port, { count: 2, host: '127.0.0.1', taken: new Set([port + 1]) })
    expect(found).toHaveLength(2)
    expect(found).not.toContain(port)
    expect(found).not.toContain(port + 1)
    await expect(findFreePorts(65_535, { count: 2, host: '127.0.0.1' })).rejects.toMatchObject({
      code: 'CLI_NO_FREE_PORT',
    })
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})
