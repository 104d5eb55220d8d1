import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isApart, NodeProcess } from '../../src/nodes/node-process.ts'
import type { PlannedNode } from '../../src/plan/testnet-plan.ts'

/** Says how it was told to stop, and ends. */
const PROGRAM = `
  process.on('SIGTERM', () => process.exit(console.log('by a signal') ?? 0))
  process.on('disconnect', () => process.exit(console.log('by the channel') ?? 0))
  console.log('runs')
  setInterval(() => {}, 1000)
`

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'poai-process-')))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function startNode(platform: NodeJS.Platform): { readonly node: NodeProcess; readonly log: () => string } {
  const logFile = join(folder, 'node.log')
  const plan: PlannedNode = {
    ...{ name: 'node-1', role: 'validator' as const, dataDirectory: folder, logFile, peerPort: 0, httpPort: undefined },
    ...{ mining: undefined, workers: 1, engine: 'auto' as const },
  }
  const program = { command: process.execPath, prefix: ['--eval', PROGRAM], codeCache: join(folder, 'code') }
  const node = new NodeProcess(plan, program, [], platform)
  node.start()
  return { node, log: () => readFileSync(logFile, 'utf8') }
}

describe('a process of a testnet', () => {
  it.each([
    ['linux', 'by a signal'],
    ['darwin', 'by a signal'],
    // Windows has no signals that a program could take: SIGTERM would end it at once.
    ['win32', 'by the channel'],
  ] as const)('is asked to stop on %s %s', async (platform, how) => {
    const { node, log } = startNode(platform)
    while (!log().includes('runs')) await delay(10)
    await node.stop()
    expect(node.isRunning).toBe(false)
    expect(log()).toBe(`runs\n${how}\n`)
  })

  it('is out of reach of Ctrl-C in our terminal where it can be told in another way to stop', () => {
    expect((['linux', 'darwin', 'win32'] as const).filter(isApart)).toEqual(['linux', 'darwin'])
  })
})
