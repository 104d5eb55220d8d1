import {
  createLlamaEngine,
  EngineError,
  type EvaluationRequest,
  type InferenceEngine,
  type LlamaEngineOptions,
} from '@poai/inference'

export interface WorkerKillsReport {
  readonly kills: number
  /** Calls of `evaluate`. */
  readonly asked: number
  readonly answered: number
  /** Calls that ended in a typed error. */
  readonly failed: number
  /** Answers with a wrong bit. */
  readonly wrong: number
  /** Calls that had not ended when the load was over and the engine idle. */
  readonly hung: number
  /** Crashes that the engine counted. */
  readonly crashes: number
}

/** Calls that are under way at any time: enough to keep two workers busy. */
const LOAD = 4

/** Most answers between two kills, less one. */
const ANSWERS_BETWEEN_KILLS = 7

/**
 * Loads an engine of two workers without a pause and kills a busy worker again and again, each a few
 * answers after the last kill was noticed.
 */
export async function runWorkerKills(
  options: LlamaEngineOptions,
  exams: readonly EvaluationRequest[],
  { kills }: { readonly kills: number },
): Promise<WorkerKillsReport> {
  const engine = createLlamaEngine({ ...options, workers: 2, batchRequests: 2 })
  await engine.start()
  const expected = (await engine.evaluate(exams)).map(({ words }) => words.join())
  const count = { asked: 0, answered: 0, failed: 0, wrong: 0 }
  const stop = new AbortController()
  const askOn = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const at = count.asked++ % exams.length
      try {
        const [evaluation] = await engine.evaluate(exams.slice(at, at + 1))
        count.answered += 1
        if (evaluation?.words.join() !== expected[at]) count.wrong += 1
      } catch (error) {
        if (!(error instanceof EngineError)) throw error
        count.failed += 1
      }
    }
  }
  const load = Promise.all(Array.from({ length: LOAD }, askOn))
  for (let kill = 1; kill <= kills; kill++) await killBusyWorker(engine, kill)
  stop.abort()
  await load
  const { crashes } = engine.status
  await engine.stop()
  return { kills, ...count, hung: count.asked - count.answered - count.failed, crashes }
}

/** Kills a busy worker after a few more answers, and waits until the engine has counted `crashes` crashes. */
async function killBusyWorker(engine: InferenceEngine, crashes: number): Promise<void> {
  // A different moment each time: some kills hit the first batch after a start, some a later one.
  const answersBefore = engine.status.evaluations + (crashes % ANSWERS_BETWEEN_KILLS)
  for (;;) {
    const { evaluations, workers } = engine.status
    const victim = workers.find(({ state, pid }) => state === 'busy' && pid !== undefined)
    if (victim?.pid !== undefined && evaluations > answersBefore) {
      process.kill(victim.pid, 'SIGKILL')
      break
    }
    await nextTurn()
  }
  while (engine.status.crashes < crashes) await nextTurn()
}

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1))
}
