import { setTimeout as sleep } from 'node:timers/promises'
import type { AttemptSearcher } from '@poai/consensus'
import {
  bytesToHex,
  type Clock,
  createBlockCodecs,
  createTransactionCodec,
  type Logger,
  type NetworkParams,
} from '@poai/core'
import { createFarmMiner, type FarmClient, type FarmMinerOptions, type FarmMinerStatus } from '@poai/miner'
import type { Terminal } from '@poai/testnet/terminal'
import { formatAnswer, formatMiningLine, miningToJson } from './format-mining.ts'
import { StatusLine } from './status-line.ts'

export interface MineOptions extends Omit<FarmMinerOptions, 'params'> {
  readonly params: NetworkParams
  /** Prints one JSON object a line, instead of text for people. */
  readonly json: boolean
  /** Stops after this many accepted blocks. */
  readonly blocks?: number
  /** Stops after this time. */
  readonly durationSeconds?: number
}

export interface MineDependencies {
  readonly client: FarmClient
  readonly searcher: AttemptSearcher
  readonly clock: Clock
  readonly terminal: Terminal
}

/** How mining ended, and why it failed if it did. */
export interface MineResult {
  readonly status: FarmMinerStatus
  readonly failure: string | undefined
}

const REDRAW_MS = 500
/** How often the status is printed as JSON. */
const JSON_STATUS_MS = 10_000

/** Mines for a node until the signal, the number of blocks or the time ends it, or the node refutes this machine. */
export async function mineForNode(
  { json, blocks, durationSeconds, ...options }: MineOptions,
  { terminal, ...dependencies }: MineDependencies,
  signal: AbortSignal,
): Promise<MineResult> {
  const show = json ? jsonOutput(terminal) : textOutput(terminal)
  const codecs = createBlockCodecs(createTransactionCodec(options.params.chainId))
  const miner = createFarmMiner(options, { ...dependencies, codecs, logger: show.logger })
  const done = new AbortController()
  miner.onAnswer((answer) => {
    show.answer(answer)
    if (blocks !== undefined && (miner.status.verdicts.accepted ?? 0) >= blocks) done.abort()
  })
  let failure: string | undefined
  void miner.failed.then((reason) => {
    failure = reason
    done.abort()
  })
  const ends = [
    signal,
    done.signal,
    ...(durationSeconds === undefined ? [] : [AbortSignal.timeout(durationSeconds * 1000)]),
  ]
  const end = AbortSignal.any(ends)
  // At once: the engine's owner may stop it on the same signal, and attempts should be over by then.
  end.addEventListener('abort', () => void miner.stop(), { once: true })
  await miner.start()
  while (!end.aborted) {
    show.status(miner.status)
    // The signal ends the wait early, and then the loop.
    await sleep(show.intervalMs, undefined, { signal: end }).catch(() => undefined)
  }
  await miner.stop()
  show.clear()
  return { status: miner.status, failure }
}

interface MiningOutput {
  readonly intervalMs: number
  readonly logger: Logger
  status(status: FarmMinerStatus): void
  answer(answer: Parameters<typeof formatAnswer>[0]): void
  clear(): void
}

function textOutput(terminal: Terminal): MiningOutput {
  const line = new StatusLine(terminal)
  return {
    intervalMs: REDRAW_MS,
    logger: createLogger((level, message) => line.print(`${level}: ${message}`)),
    status: (status) => line.update(formatMiningLine(status)),
    answer: (answer) => line.print(formatAnswer(answer)),
    clear: () => line.clear(),
  }
}

function jsonOutput(terminal: Terminal): MiningOutput {
  const print = (event: string, data: object): void => terminal.out(`${JSON.stringify({ event, ...data })}\n`)
  return {
    intervalMs: JSON_STATUS_MS,
    logger: createLogger((level, message) => print('log', { level, message })),
    status: (status) => print('status', miningToJson(status)),
    answer: ({ number, verdict, blockHash, rule }) =>
      print('answer', {
        number: Number(number),
        verdict,
        blockHash: blockHash === undefined ? null : bytesToHex(blockHash),
        rule: rule ?? null,
      }),
    clear: () => undefined,
  }
}

/** Shows warnings and errors: verdicts of the node are shown as answers already. */
function createLogger(tell: (level: string, message: string) => void): Logger {
  const told =
    (level: string) =>
    (message: string, data?: Readonly<Record<string, unknown>>): void => {
      const error = data?.['error']
      tell(level, error instanceof Error ? `${message} (${error.message})` : message)
    }
  const logger: Logger = {
    error: told('error'),
    warn: told('warning'),
    info: () => undefined,
    debug: () => undefined,
    child: () => logger,
  }
  return logger
}
