import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@poai/core'
import { type BenchEngine, openBenchEngine } from '@poai/testing/bench-engine'
import { easyDevnet, testWallet } from '@poai/testing/chain'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { createFarmDesk, createFarmService, type FarmDesk, type FarmService } from '../../src/index.ts'
import type { FarmCall, FarmReply } from '../support/farm-child.ts'
import { openStoredChain, type StoredChain } from '../support/stored-chain.ts'
import { systemClock } from '../support/system-clock.ts'

const beneficiary = testWallet('the owner of a farm').address
const CHILD = fileURLToPath(new URL('../support/farm-child.ts', import.meta.url))

/** Verifies; the farm brings workers of its own. */
let model: BenchEngine
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'poai-farm-'))
  model = await openBenchEngine()
})

afterAll(async () => {
  await model.close()
  await rm(folder, { recursive: true, force: true })
})

function startWorker(service: FarmService): ChildProcess {
  // A killed process leaves its files behind: they are in a folder that the test removes.
  const child = fork(CHILD, [], { execArgv: process.execArgv, env: { ...process.env, TMPDIR: folder } })
  child.on('message', async ({ id, method, parameter }: FarmCall) => {
    const reply = await service[method](parameter).then(
      (result): FarmReply => ({ id, result }),
      (error: unknown): FarmReply => ({ id, error: String(error) }),
    )
    if (child.connected) child.send(reply)
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function openDesk({ chain, codecs }: StoredChain): Promise<FarmDesk> {
  const desk = createFarmDesk(
    { params: easyDevnet, beneficiary },
    { chain, codecs, clock: systemClock, logger: silentLogger },
  )
  await desk.start()
  onTestFinished(() => desk.stop())
  return desk
}

function untilAccepted(desk: FarmDesk, worker: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = desk.onAnswer((answer) => {
      if (answer.verdict !== 'accepted' || answer.worker !== `child-${worker}`) return
      unsubscribe()
      resolve()
    })
  })
}

it('two other processes mine for a node; one is killed, and nothing but its own work is lost', async () => {
  const stored = await openStoredChain(easyDevnet, model.engine)
  onTestFinished(() => stored.close())
  const desk = await openDesk(stored)
  const service = createFarmService(desk)
  const [first, second] = [startWorker(service), startWorker(service)]
  await Promise.all([untilAccepted(desk, first.pid), untilAccepted(desk, second.pid)])
  first.kill('SIGKILL')
  await once(first, 'exit')
  const before = stored.chain.head().number
  await untilAccepted(desk, second.pid)
  expect(stored.chain.head().number).toBeGreaterThan(before)
  const { verdicts, blocksCanonical, rewardsWei } = desk.status
  expect(verdicts.invalid).toBeUndefined()
  expect(verdicts['wrong-range']).toBeUndefined()
  expect(BigInt(blocksCanonical)).toBe(stored.chain.head().number)
  expect(rewardsWei).toBe(BigInt(blocksCanonical) * easyDevnet.rewards.initialWei)
  second.kill('SIGKILL')
  await once(second, 'exit')
  expect((await stored.check()).faults).toEqual([])
})
