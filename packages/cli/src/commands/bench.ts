import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { createExamBuilder, examToRequest, networkExamOptions, workOfTarget } from '@poai/consensus'
import { keccak256, type NetworkParams } from '@poai/core'
import { admitByVectors, type InferenceEngine } from '@poai/inference'
import { createDomainEngine, setUpWork } from '@poai/node'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { formatSeconds } from '../format-quantity.ts'
import { loadNetwork } from '../load-network.ts'
import { wholeNumber } from '../parse-options.ts'
import { formatTable } from '../table.ts'
import { withEngine } from '../with-engine.ts'
import { type CommonOptions, installationOf, leafCommand, printResult } from './leaf-command.ts'

interface BenchOptions extends CommonOptions {
  readonly network: string
  readonly workers: number
  readonly seconds: number
}

const MAX_WORKERS = 256
const MAX_SECONDS = 3_600
const DEFAULT_SECONDS = 10
/** Exams that wait for each worker, so that none is idle. */
const AHEAD = 4

/** Adds `poai bench`. */
export function addBenchCommand(program: Command, context: CliContext): void {
  leafCommand(program, 'bench', {
    description: 'measure how many attempts at a block this machine makes a second',
    examples: ['bench', 'bench --workers 4 --seconds 60', 'bench --network testnet --json'],
  })
    .option('--network <name-or-file>', 'built-in network, or a JSON file of parameters', 'devnet')
    .option(
      '--workers <count>',
      'worker processes (default: one for each core)',
      wholeNumber(1, MAX_WORKERS),
      availableParallelism(),
    )
    .option('--seconds <count>', 'how long to measure', wholeNumber(1, MAX_SECONDS), DEFAULT_SECONDS)
    .action((options: BenchOptions) => bench(context, options))
}

async function bench(context: CliContext, options: BenchOptions): Promise<void> {
  const installation = installationOf(options, context)
  const params = await loadNetwork(options.network)
  const { model, domain, vectors } = await setUpWork(installation, params)
  const { contextSize, maxSequences } = vectors
  const { workers } = options
  const engine = createDomainEngine(
    installation,
    { modelPath: model.path, domain, contextSize, maxSequences },
    { workers, admit: admitByVectors(vectors) },
  )
  if (!options.json) context.terminal.err(`measuring for ${options.seconds} s with ${workers} workers\n`)
  const { attempts, seconds } = await withEngine(engine, context.signal, () =>
    measure(context, engine, { params, options }),
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
  printResult(context, options, result, () =>
    formatTable([
      ['network', `${params.name}, model ${model.name}, domain ${domain.name}`],
      ['attempts', `${attempts} in ${formatSeconds(seconds)} with ${workers} workers`],
      [
        'rate',
        `${attemptsPerSecond.toFixed(1)} attempts/s, ${Math.round(result.tokensPerSecond).toLocaleString('en')} tokens/s`,
      ],
      [
        'alone',
        `a block every ${formatSeconds(result.secondsToFirstBlock)} at the network’s first difficulty (${atFirst} attempts)`,
      ],
    ]),
  )
}

interface Measured {
  readonly attempts: number
  readonly seconds: number
}

/** Keeps all workers busy with exams of random seeds, built meanwhile as a miner does. */
async function measure(
  { signal }: CliContext,
  engine: InferenceEngine,
  { params, options }: { readonly params: NetworkParams; readonly options: BenchOptions },
): Promise<Measured> {
  const build = createExamBuilder(networkExamOptions(params))
  const evaluateOne = (): Promise<unknown> =>
    engine.evaluate([examToRequest(build(keccak256(randomBytes(32))))], { priority: 'mine', signal })
  // The first exams find cold caches.
  await Promise.all(Array.from({ length: options.workers }, evaluateOne))
  const startMs = performance.now()
  const endMs = startMs + options.seconds * 1000
  let attempts = 0
  const lane = async (): Promise<void> => {
    while (performance.now() < endMs) {
      await evaluateOne()
      attempts++
    }
  }
  await Promise.all(Array.from({ length: options.workers * AHEAD }, lane))
  return { attempts, seconds: (performance.now() - startMs) / 1000 }
}
