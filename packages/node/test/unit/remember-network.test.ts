import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { devnet, type NetworkParams, parseNetworkParams } from '@poai/core'
import { forkingNetwork } from '@poai/testing/chain'
import { expect, onTestFinished, test } from 'vitest'
import { placesIn, rememberNetwork } from '../../src/data-directory.ts'

test('a data directory remembers its network, and a fork that is announced later', async () => {
  const root = await mkdtemp(join(tmpdir(), 'poai-network-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const places = placesIn(root)
  const remembered = async (): Promise<NetworkParams> =>
    parseNetworkParams(JSON.parse(await readFile(places.network, 'utf8')))
  const forked = forkingNetwork()
  for (const params of [{ ...forked, forks: [] }, forked, forked]) {
    await rememberNetwork(places, params)
    expect(await remembered()).toEqual(params)
  }
  await rememberNetwork(places, {
    ...devnet,
    forks: [{ name: 'own', number: 10n, changes: { gas: { minLimit: 6_000n } } }],
  })
  expect(await remembered()).toHaveProperty('name', 'devnet')
  await rememberNetwork(places, devnet)
  await expect(remembered()).rejects.toMatchObject({ code: 'ENOENT' })
})
