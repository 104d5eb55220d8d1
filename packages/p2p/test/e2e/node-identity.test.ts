import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadIdentity } from '../../src/identity/node-identity.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-identity-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('the identity in a file', () => {
  it('is made once, for its owner only, and is the same ever after', async () => {
    const path = join(folder, 'data', 'node.key')
    const made = await loadIdentity(path)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await loadIdentity(path)).peerId).toBe(made.peerId)
    expect(made.peerId).toMatch(/^12D3KooW/)
    expect(await readdir(join(folder, 'data'))).toEqual(['node.key'])
  })

  it('is one, however many make it at once', async () => {
    const path = join(folder, 'node.key')
    const identities = await Promise.all(Array.from({ length: 8 }, () => loadIdentity(path)))
    expect(new Set(identities.map(({ peerId }) => peerId)).size).toBe(1)
  })

  it('is refused if others can read it', async () => {
    const path = join(folder, 'node.key')
    await loadIdentity(path)
    await chmod(path, 0o640)
    await expect(loadIdentity(path)).rejects.toMatchObject({ code: 'P2P_NODE_KEY', message: /others can read/ })
  })

  it('is taken on Windows, where every file says that all can read it', async () => {
    const path = join(folder, 'node.key')
    const { peerId } = await loadIdentity(path, 'win32')
    await chmod(path, 0o666)
    expect((await loadIdentity(path, 'win32')).peerId).toBe(peerId)
    await expect(loadIdentity(path, 'darwin')).rejects.toMatchObject({ code: 'P2P_NODE_KEY' })
  })

  it.each([
    ['empty', ''],
    ['text', 'not a key'],
    ['too long', 'x'.repeat(2000)],
  ])('is refused if the file holds no key: %s', async (_, text) => {
    const path = join(folder, 'node.key')
    await writeFile(path, text, { mode: 0o600 })
    await expect(loadIdentity(path)).rejects.toMatchObject({ code: 'P2P_NODE_KEY' })
  })
})
