import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../../../cli/bin/poai.mjs', import.meta.url))
const POLL_MS = 100

/** The network of the recorded chain: real work, four attempts a block. */
export const NETWORK_FILE: string = fileURLToPath(new URL('../vectors/network.json', import.meta.url))

/** A folder that is gone after the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-recorded-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A `poai` that runs. */
export interface RunningProgram {
  /** What it has written to its standard error so far. */
  log(): string
  /** As Ctrl-C does. */
  interrupt(): void
  /** What it printed. Rejects if it fails. */
  readonly output: Promise<string>
}

/**
 * Starts `poai` with nothing set but its home and `environment`. Whatever of it still runs is killed after the test.
 */
export function startPoai(
  home: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): RunningProgram {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('POAI_'))
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    // A group of its own, so that all of it can be ended.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(own), POAI_HOME: home, ...environment },
  })
  onTestFinished(() => endGroup(child))
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    log += chunk
  })
  const output = Promise.all([text(child.stdout), once(child, 'close')]).then(([out, [exitCode]]) => {
    if (exitCode !== 0) throw new Error(`poai ${args.join(' ')} ended with ${exitCode}:\n${out}\n${log}`)
    return out
  })
  // It may end while nobody waits for what it prints.
  output.catch(() => undefined)
  return { log: () => log, interrupt: () => void child.kill('SIGINT'), output }
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await ended
}

/** What `poai` prints. */
export function poai(home: string, args: readonly string[]): Promise<string> {
  return startPoai(home, args).output
}

// biome-ignore lint/suspicious/noExplicitAny: the answers are what is tested, so no type of the program describes them
export type Answer = any

/** The result of a JSON-RPC method of a node, by its socket. */
export async function ask(dataDirectory: string, method: string, params: readonly unknown[] = []): Promise<Answer> {
  const socket = connect(join(dataDirectory, 'poai.ipc')).setEncoding('utf8')
  socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`)
  let answer = ''
  for await (const chunk of socket) {
    answer += String(chunk)
    if (answer.endsWith('\n')) break
  }
  const { result, error } = JSON.parse(answer)
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result
}

/** What `look` finds, as soon as it finds something; it may fail until then. Gives up when the program ends. */
export async function waitFor<T>(program: RunningProgram, look: () => Promise<T | undefined>): Promise<T> {
  let hasEnded = false
  const end = program.output.then(
    () => {
      hasEnded = true
    },
    () => {
      hasEnded = true
    },
  )
  for (;;) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
    if (hasEnded) throw new Error(`ended early:\n${await program.output}\n${program.log()}`)
    await Promise.race([delay(POLL_MS), end])
  }
}
