/**
 * What an attempt costs besides inference, and that share of the inference:
 * `npm run bench -- attempt [--model FILE] [--attempts N]`.
 *
 * Times are CPU time of the process that spends them, so that a busy machine changes little.
 */
import { parseArgs } from 'node:util'
import {
  type Attempt,
  createAttempts,
  createExamBuilder,
  createTranscript,
  deriveExamSeed,
  type ExamEvaluation,
  networkExamOptions,
  validateReplay,
  validateWorkClaim,
} from '@poai/consensus'
import { devnet, sealHash } from '@poai/core'
import { openBenchEngine } from '@poai/testing/bench-engine'
import { someSealedHeader } from '../unit/work/some-header.ts'
import { epochKey } from '../unit/work/some-network.ts'

/** The share of inference that all the rest of an attempt may take. */
const LIMIT_PERCENT = 5
const WARM_UP = 200

const { values } = parseArgs({
  options: { model: { type: 'string' }, attempts: { type: 'string', default: '600' } },
})
const count = Number(values.attempts)

interface Timed<Result> {
  readonly result: Result
  readonly microseconds: number
}

/** CPU time of this process, each. */
function time<Result>(times: number, run: (index: number) => Result): Timed<readonly Result[]> {
  const result: Result[] = []
  const before = process.cpuUsage()
  for (let index = 0; index < times; index++) result.push(run(index))
  const { user, system } = process.cpuUsage(before)
  return { result, microseconds: (user + system) / times }
}

const { modelName, evaluate, workerCpuSeconds, close } = await openBenchEngine(values.model, { program: 'llama' })
try {
  const buildExam = createExamBuilder(networkExamOptions(devnet))
  const attempts = createAttempts({ header: someSealedHeader, epochKey, buildExam })
  const warm = attempts.take(WARM_UP)
  const warmEvaluations = await evaluate(warm.map(({ exam }) => exam))
  for (const [index, attempt] of warm.entries()) attempts.finish(attempt, warmEvaluations[index] as ExamEvaluation)

  const built = time(count, () => attempts.take(1)[0] as Attempt)
  const cpuBefore = workerCpuSeconds()
  const evaluations = await evaluate(built.result.map(({ exam }) => exam))
  const inference = ((workerCpuSeconds() - cpuBefore) * 1e6) / count

  const finished = time(count, (i) => attempts.finish(built.result[i] as Attempt, evaluations[i] as ExamEvaluation))
  const seeds = time(count, (i) => deriveExamSeed({ epochKey, sealHash: attempts.sealHash, nonce: BigInt(i) }))
  const transcripts = time(count, (i) =>
    createTranscript((built.result[i] as Attempt).exam, evaluations[i] as ExamEvaluation),
  )
  const headers = finished.result.flatMap((end, index) =>
    end.kind === 'solved' ? [{ header: { ...someSealedHeader, ...end.seal }, index }] : [],
  )
  const sealHashes = time(headers.length, (i) => sealHash((headers[i] as (typeof headers)[number]).header))
  const claims = time(headers.length, (i) => validateWorkClaim((headers[i] as (typeof headers)[number]).header))
  const replays = time(headers.length, (i) => {
    const { header, index } = headers[i] as (typeof headers)[number]
    validateReplay(header, (built.result[index] as Attempt).exam, evaluations[index] as ExamEvaluation)
  })

  const overhead = built.microseconds + finished.microseconds
  const share = (100 * overhead) / inference
  console.log(`${count} attempts, model ${modelName}, one worker, CPU time`)
  print('inference (worker process)', inference)
  print('seed and exam', built.microseconds)
  print('  of it the seed', seeds.microseconds)
  print('leaves, root, loss, work hash', finished.microseconds)
  print('  of it the transcript', transcripts.microseconds)
  print('all but inference', overhead)
  print('one seal hash, as verifiers pay', sealHashes.microseconds)
  print('claim check of one header', claims.microseconds)
  print('judging a replay, exam and inference aside', replays.microseconds)
  const verdict = share <= LIMIT_PERCENT ? 'within' : 'ABOVE'
  console.log(`all but inference: ${share.toFixed(2)} % of the inference, ${verdict} the limit of ${LIMIT_PERCENT} %`)
  if (share > LIMIT_PERCENT) process.exitCode = 1
} finally {
  await close()
}

function print(name: string, microseconds: number): void {
  console.log(`${name.padEnd(46)}${microseconds.toFixed(1).padStart(10)} us`)
}
