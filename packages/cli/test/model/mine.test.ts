import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chain } from '@poai/chain'
import { type BlockCodecs, type Clock, silentLogger, toAddress } from '@poai/core'
import { createFarmDesk, createFarmService, type FarmDesk } from '@poai/miner'
import { RETENTIONS } from '@poai/storage'
import { type BenchEngine, openBenchEngine } from '@poai/testing/bench-engine'
import { easyDevnet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withReplayingChain } from '../../src/db/with-replaying-chain.ts'
import { runCli } from '../../src/index.ts'
import { createTestTerminal, type TestTerminal } from '../support/test-terminal.ts'
import { serveWork, type WorkServer } from '../support/work-server.ts'

const clock: Clock = {
  nowMs: () => Date.now(),
  sleep: async (delayMs, signal) => {
    await sleep(delayMs, undefined, signal === undefined ? {} : { signal })
  },
}

let folder: string
let model: BenchEngine

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-mine-'))
  model = await openBenchEngine()
})

afterAll(async () => {
  await model.close()
  await rm(folder, { recursive: true, force: true })
})

/** A chain on disk that replays by the model, for as long as `work` takes. */
async function withChain(work: (chain: Chain, codecs: BlockCodecs) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(folder, 'node-'))
  const directory = { path, chain: join(path, 'chain'), params: easyDevnet }
  await mkdir(directory.chain)
  await withReplayingChain(
    directory,
    { evaluator: model.engine, retention: RETENTIONS.full, logger: silentLogger },
    work,
  )
}

interface Desk extends WorkServer {
  readonly desk: FarmDesk
}

async function openDesk(chain: Chain, codecs: BlockCodecs, port?: number): Promise<Desk> {
  const beneficiary = toAddress(new Uint8Array(20).fill(1))
  const desk = createFarmDesk({ params: easyDevnet, beneficiary }, { chain, codecs, clock, logger: silentLogger })
  await desk.start()
  const server = await serveWork(createFarmService(desk), port)
  const close = async (): Promise<void> => {
    await server.close()
    await desk.stop()
  }
  return { ...server, desk, close }
}

function mine(terminal: TestTerminal, signal: AbortSignal, ...args: readonly string[]): Promise<number> {
  const words = ['mine', '--home', folder, '--workers', '1', ...args]
  return runCli(words, { terminal, environment: {}, signal, version: '0.0.0' })
}

/** The objects that a command printed. */
function events(terminal: TestTerminal): readonly Record<string, unknown>[] {
  const lines = terminal
    .outText()
    .split('\n')
    .filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

it('mines blocks for a node, over its restart, and says what became of them', async () => {
  await withChain(async (chain, codecs) => {
    const first = await openDesk(chain, codecs)
    const terminal = createTestTerminal()
    const moved = Promise.withResolvers<void>()
    chain.onHead(() => moved.resolve())
    const mining = mine(terminal, new AbortController().signal, '--rpc', first.url, '--blocks', '3', '--json')
    await moved.promise
    await first.close()
    const second = await openDesk(chain, codecs, first.port)
    expect(await mining).toBe(0)
    await second.close()
    expect(chain.head().number).toBeGreaterThanOrEqual(3n)
    const told = events(terminal)
    expect(told.filter(({ event, verdict }) => event === 'answer' && verdict === 'accepted')).toHaveLength(3)
    expect(told.at(-1)).toMatchObject({ event: 'summary', verdicts: { accepted: 3 }, failure: null })
    expect(told[0]).toMatchObject({ event: 'status' })
    expect(terminal.errText()).toBe('')
  })
})

it('says in words what it does, and ends well when it is told to', async () => {
  await withChain(async (chain, codecs) => {
    const { url, close, desk } = await openDesk(chain, codecs)
    const terminal = createTestTerminal()
    const interruption = new AbortController()
    const accepted = Promise.withResolvers<void>()
    desk.onAnswer(() => accepted.resolve())
    const mining = mine(terminal, interruption.signal, '--rpc', url, '--name', 'shed-1')
    await accepted.promise
    expect(desk.status.workers).toMatchObject([{ name: 'shed-1' }])
    interruption.abort(new DOMException('interrupted', 'AbortError'))
    expect(await mining).toBe(0)
    await close()
    expect(terminal.errText()).toContain(`Mining easy-devnet for ${url} as shed-1: model quiz-1, 1 workers`)
    expect(terminal.errText()).not.toContain('warning')
    expect(terminal.outText()).toMatch(/blocks accepted +[0-9]+ \([0-9.]+ expected\)/)
  })
})

it('says what to do where nobody answers', async () => {
  const terminal = createTestTerminal()
  expect(await mine(terminal, new AbortController().signal, '--rpc', 'http://127.0.0.1:9')).toBe(3)
  expect(terminal.errText()).toMatch(/error: no node answers at http:\/\/127.0.0.1:9\n.*\n {2}hint: /s)
})
