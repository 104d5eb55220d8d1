import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Installation } from '@poai/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildLlamaBeside, canUseLlama } from '../../src/background/llama-beside.ts'

const PATH = process.env['PATH']
let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'poai-beside-'))
  process.env['PATH'] = home
})
afterEach(async () => {
  process.env['PATH'] = PATH
  await rm(home, { recursive: true, force: true })
})

function installationIn(folder: string): Installation {
  return {
    models: join(import.meta.dirname, '../../../../models'),
    home: folder,
    modelStore: join(folder, 'models'),
    site: join(folder, 'site'),
    cache: join(folder, 'cache'),
  }
}

describe('llama.cpp beside a testnet', () => {
  it('is no judge where there is no compiler', async () => {
    expect(await canUseLlama(installationIn(home))).toBe(false)
  })

  it('is only told of if it cannot be built', async () => {
    const events: string[] = []
    const { signal } = new AbortController()
    await buildLlamaBeside(installationIn(home), { judge: 'node-3', signal, tell: (text) => events.push(text) })
    expect(events).toEqual([
      expect.stringMatching(/^building llama.cpp .*: node-3 will switch to it$/),
      expect.stringMatching(/^llama.cpp cannot be built: There is no C\+\+ compiler/),
    ])
    expect(await readdir(join(home, 'cache/engine'))).toEqual([])
  })

  it('is given up without a word when the network ends', async () => {
    const events: string[] = []
    const signal = AbortSignal.abort()
    process.env['PATH'] = PATH
    await buildLlamaBeside(installationIn(home), { judge: 'node-3', signal, tell: (text) => events.push(text) })
    expect(events.join()).not.toContain('cannot')
  })
})
