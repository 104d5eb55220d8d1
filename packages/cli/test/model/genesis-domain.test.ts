import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseNetworkParams } from '@poai/core'
import { expect, it } from 'vitest'
import { runCli } from '../../src/index.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

it('a network of this machine’s own domain: recorded, and found equal by the self-test', async () => {
  const home = await mkdtemp(join(tmpdir(), 'poai-domain-'))
  const run = async (...args: string[]): Promise<Record<string, unknown>> => {
    const terminal = createTestTerminal()
    const context = { terminal, environment: { POAI_HOME: home }, signal: new AbortController().signal, version: '1' }
    expect(await runCli([...args, '--json'], context), terminal.outText()).toBe(0)
    return JSON.parse(terminal.outText())
  }
  try {
    const file = join(home, 'here.json')
    const { name, vectors } = await run('genesis', 'new', file, '--domain', 'auto')
    const params = parseNetworkParams(JSON.parse(await readFile(file, 'utf8')))
    expect(name).toBe(`devnet-${params.work.domain}`)
    expect(String(vectors).startsWith(home)).toBe(true)
    expect(await run('engine', 'check', '--network', file)).toMatchObject({
      equal: true,
      domain: params.work.domain,
      exams: 72,
    })
  } finally {
    await rm(home, { recursive: true })
  }
})
