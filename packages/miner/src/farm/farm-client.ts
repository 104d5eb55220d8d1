import type { FarmAnswer, FarmJob, FarmRequest, FarmSolution, RateReport } from './farm-job.ts'

/** The way to a farm desk. Rejects while the desk cannot be reached. */
export interface FarmClient {
  getWork(request: FarmRequest, signal: AbortSignal): Promise<FarmJob>
  submitWork(solution: FarmSolution, signal: AbortSignal): Promise<FarmAnswer>
  submitRate(report: RateReport, signal: AbortSignal): Promise<void>
}
