import type { RateReport, WorkAnswer, WorkJob, WorkRequest, WorkSolution } from './work-job.ts'

/** The way to a work desk. Rejects while there is none. */
export interface FarmClient {
  getWork(request: WorkRequest, signal: AbortSignal): Promise<WorkJob>
  submitWork(solution: WorkSolution, signal: AbortSignal): Promise<WorkAnswer>
  submitRate(report: RateReport, signal: AbortSignal): Promise<void>
}
