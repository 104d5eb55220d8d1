import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { workOfTarget } from '@poai/consensus'
import { hash32, type NetworkParams } from '@poai/core'
import { type InferenceEngine, withEngine } from '@poai/inference'
import { createSearcher } from '@poai/miner'
import { systemClock } from '@poai/node'
import { formatSeconds, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { setUpNetworkEngine } from '../engine/set-up-network-engine.ts'
import { loadNetwork } from '../load-network.ts'
import { wholeNumber } from '../parse-options.ts'
import { type EngineOption, engineOption } from './engine-option.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from './leaf-command.ts'
import { workersOption } from './workers-option.ts'

interface BenchOptions extends CommonOptions, EngineOption {
  readonly network: string
  readonly workers?: number
  readonly seconds: number
}

const MAX_SECONDS = 3_600
const DEFAULT_SECONDS = 10
/** Only a work hash of 0 is below it, so nothing is ever found. */
const IMPOSSIBLE_TARGET = 1n
const NONCES = 1n << 32n
const WARM_UP_MS = 300

/** Adds `poai bench`. */
export function addBenchCommand(program: Command, context: CliContext): void {
  leafCommand(program, 'bench', {
    summary: 'measure how many attempts at a block this machine makes per second',
    examples: ['bench', 'bench --workers 4 --seconds 60', 'bench --network testnet --json'],
  })
    .option('--network <name-or-file>', 'a built-in network, or a .json file of parameters', 'devnet')
    .addOption(workersOption('one for each core'))
    .addOption(engineOption(context))
    .option('--seconds <count>', 'how long to measure', wholeNumber(1, MAX_SECONDS), DEFAULT_SECONDS)
    .action((options: BenchOptions) => bench(context, options))
}

async function bench(context: CliContext, options: BenchOptions): Promise<void> {
  const installation = installationOf(options, context)
  const params = await loadNetwork(options.network)
  const { workers = availableParallelism() } = options
  const { model, domain, engine } = await setUpNetworkEngine(installation, params, { workers, program: options.engine })
  if (!options.json) context.terminal.err(`measuring for ${options.seconds} s with ${workers} workers\n`)
  const { attempts, seconds } = await withEngine(engine, context.signal, () =>
    measure(context, engine, { params, workers, seconds: options.seconds }),
  )
  const attemptsPerSecond = attempts / seconds
  const tokens = params.work.exam.tokens - 1
  const atFirst = Number(workOfTarget(params.difficulty.initialTarget))
  const result = {
    network: params.name,
    model: model.name,
    domain: domain.name,
    ...{ workers, seconds, attempts, attemptsPerSecond },
    tokensPerSecond: attemptsPerSecond * tokens,
    secondsToFirstBlock: atFirst / attemptsPerSecond,
  }
  const tokensPerSecond = Math.round(result.tokensPerSecond)
  printResult(context, options, result, () =>
    formatTable([
      ['network', `${params.name}, model ${model.name}, domain ${domain.name}`],
      ['attempts', `${attempts} in ${formatSeconds(seconds)} with ${workers} workers`],
      ['rate', `${attemptsPerSecond.toFixed(1)} attempts/s, ${tokensPerSecond.toLocaleString('en')} tokens/s`],
      [
        'alone',
        `a block every ${formatSeconds(result.secondsToFirstBlock)} at the first difficulty (${atFirst} attempts)`,
      ],
    ]),
  )
}

interface Measured {
  readonly attempts: number
  readonly seconds: number
}

/** Keeps all workers busy with whole attempts at a made-up block, as a miner does. */
async function measure(
  { signal }: CliContext,
  engine: InferenceEngine,
  { params, workers, seconds }: { readonly params: NetworkParams; readonly workers: number; readonly seconds: number },
): Promise<Measured> {
  const { search } = createSearcher(engine, { clock: systemClock })
  const job = {
    exam: params.work.exam,
    epochKey: hash32(randomBytes(32)),
    sealHash: hash32(randomBytes(32)),
    target: IMPOSSIBLE_TARGET,
  }
  let attempts = 0
  const lane = async (end: AbortSignal, lane: number): Promise<void> => {
    const span = { first: BigInt(lane) * NONCES, end: BigInt(lane + 1) * NONCES }
    const onProgress = (progress: { readonly attempts: number }): void => {
      attempts += progress.attempts
    }
    await search(job, span, { signal: end, onProgress }).catch((error: unknown) => {
      if (!end.aborted) throw error
    })
  }
  const searchFor = async (milliseconds: number): Promise<Measured> => {
    const end = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)])
    attempts = 0
    const startMs = performance.now()
    await Promise.all(Array.from({ length: workers }, (_, index) => lane(end, index)))
    return { attempts, seconds: (performance.now() - startMs) / 1000 }
  }
  // The first attempts run with cold caches.
  await searchFor(WARM_UP_MS)
  return await searchFor(seconds * 1000)
}
