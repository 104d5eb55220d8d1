import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { NodeStatusJson } from '@poai/api/client'
import type { CallOptions, RpcClient } from '@poai/api/connect'
import { ask, createIpcRpcClient, IPC_FILE, RpcClientError } from '@poai/api/connect'
import { AppError, defined, type JsonValue } from '@poai/core'
import type { PlannedNode } from '../plan/testnet-plan.ts'

/** How this program is started again with other arguments. */
export interface ProgramCommand {
  readonly command: string
  /** What goes before the arguments of `poai`. */
  readonly prefix: readonly string[]
  /** The folder of Node's cache of compiled code. */
  readonly codeCache: string
}

/** The command line of this process, up to its arguments. */
export function thisProgram(codeCache: string): ProgramCommand {
  return { command: process.execPath, prefix: [...process.execArgv, ...process.argv.slice(1, 2)], codeCache }
}

/** How often a starting node is asked whether it is up. */
const READY_POLL_MS = 50
/** A log larger than this is set aside when its node starts. */
const MAX_LOG_BYTES = 20_000_000
/** How much of a log is searched for a node's last words. */
const LAST_WORDS_BYTES = 8_192
/** A node that takes longer to stop hangs, and is killed: its blocks are on disk. */
const STOP_TIMEOUT_MS = 20_000

/** One `poai node` in a process of its own. */
export class NodeProcess {
  readonly plan: PlannedNode
  readonly #program: ProgramCommand
  readonly #args: readonly string[]
  readonly #platform: NodeJS.Platform
  #child: ChildProcess | undefined
  #exit: Promise<void> = Promise.resolve()
  #client: RpcClient | undefined
  #logStart = 0

  constructor(
    plan: PlannedNode,
    program: ProgramCommand,
    args: readonly string[],
    platform: NodeJS.Platform = process.platform,
  ) {
    this.plan = plan
    this.#platform = platform
    this.#program = program
    this.#args = args
  }

  /** Starts it, and returns at once: `ready` tells when it answers. */
  start(): void {
    const { logFile, dataDirectory } = this.plan
    mkdirSync(dirname(logFile), { recursive: true })
    this.#logStart = putAside(logFile)
    const log = openSync(logFile, 'a')
    const { command, prefix } = this.#program
    const child = spawn(command, [...prefix, ...this.#args], {
      detached: isApart(this.#platform),
      // Through the channel it notices when this process is gone.
      stdio: ['ignore', log, log, 'ipc'],
      // Many processes load the same code: the cache saves each half a second of CPU (measured).
      env: { NODE_COMPILE_CACHE: this.#program.codeCache, ...process.env },
    })
    closeSync(log)
    child.channel?.unref()
    this.#child = child
    this.#client = createIpcRpcClient(join(dataDirectory, IPC_FILE))
    this.#exit = new Promise((resolve) => {
      child.once('error', () => resolve())
      child.once('exit', () => resolve())
    })
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Resolves when it has ended. */
  get exited(): Promise<void> {
    return this.#exit
  }

  /** Resolves to its first answer. Rejects with its last words if it ends before that. */
  async ready(signal: AbortSignal): Promise<NodeStatusJson> {
    for (;;) {
      signal.throwIfAborted()
      if (!this.isRunning) throw this.death()
      try {
        return await this.status({ signal, timeoutMs: 2_000 })
      } catch (error) {
        if (!isSilence(error)) throw error
      }
      await delay(READY_POLL_MS, undefined, { signal })
    }
  }

  /** What it says of itself. */
  status(options?: CallOptions): Promise<NodeStatusJson> {
    return ask(this, 'poai_nodeStatus', [], options)
  }

  /** The result of a JSON-RPC method, over its socket. */
  call(method: string, params: readonly JsonValue[] = [], options?: CallOptions): Promise<JsonValue> {
    if (this.#client === undefined) throw new RpcClientError('RPC_UNREACHABLE', `${this.plan.name} was not started`)
    return this.#client.call(method, params, options)
  }

  /** Asks it to stop, and kills it if it does not. May be called twice. */
  async stop(): Promise<void> {
    if (this.isRunning) {
      // Windows has no such signal: there, closing the channel says the same.
      if (this.#platform === 'win32') this.#child?.disconnect()
      else this.#child?.kill('SIGTERM')
      const timer = setTimeout(() => this.kill(), STOP_TIMEOUT_MS)
      await this.#exit
      clearTimeout(timer)
    }
    this.#client?.close()
  }

  /** Ends it this instant, as a power cut would. */
  kill(): void {
    this.#child?.kill('SIGKILL')
    this.#client?.close()
  }

  /** Why it ended, in its own words. */
  death(): AppError {
    const { name, logFile } = this.plan
    const { message, hint } = lastWords(logFile, this.#logStart)
    const code = this.#child?.exitCode ?? this.#child?.signalCode ?? 'unknown'
    return new AppError(
      'CLI_TESTNET_NODE_ENDED',
      `${name} ended: ${message ?? `exit code ${code}, and no reason given`}`,
      {
        hint: hint ?? `its log says more: ${logFile}`,
      },
    )
  }
}

/** Whether a node gave no answer, because it is starting, busy or gone: a wrong answer is another matter. */
export function isSilence(error: unknown): boolean {
  return error instanceof RpcClientError && error.code !== 'RPC_MALFORMED'
}

/**
 * Whether a node runs in a process group of its own, so that Ctrl-C reaches this process alone, which then stops the
 * node. On Windows that would take the node's console away: there Ctrl-C reaches every process, and each stops itself.
 */
export function isApart(platform: NodeJS.Platform): boolean {
  return platform !== 'win32'
}

/** Sets a large log aside. Returns where in the log this start begins. */
function putAside(logFile: string): number {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  if (size <= MAX_LOG_BYTES) return size
  renameSync(logFile, `${logFile}.1`)
  return 0
}

/** The error line and its hint at the end of a log. */
function lastWords(logFile: string, start: number): { readonly message?: string; readonly hint?: string } {
  const text = readTail(logFile, start)
  const lines = text.split('\n')
  const at = lines.findLastIndex((line) => line.startsWith('error: '))
  const message = lines[at]?.slice('error: '.length)
  if (message === undefined) return {}
  const hint = lines.slice(at).find((line) => line.startsWith('  hint:'))
  const found = lines.slice(at).find((line) => line.startsWith('  found:'))
  return {
    message: found === undefined ? message : `${message} (${found.slice('  found:'.length).trim()})`,
    ...defined({ hint: hint?.slice('  hint:'.length).trim() }),
  }
}

function readTail(logFile: string, start: number): string {
  try {
    const bytes = readFileSync(logFile)
    return bytes.subarray(Math.max(start, bytes.length - LAST_WORDS_BYTES)).toString('utf8')
  } catch {
    return ''
  }
}
