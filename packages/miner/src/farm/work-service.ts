import { type JsonValue, networkParamsToJson } from '@poai/core'
import type { WorkDesk } from './work-desk.ts'
import { parseRateReport, parseWorkRequest, parseWorkSolution, workAnswerToJson, workJobToJson } from './work-json.ts'

/** A work desk as JSON speaks to it: what `poai_getWork` and its siblings pass through. Rejects with `MinerError`s that may be shown. */
export interface WorkService {
  getWork(request: unknown, signal?: AbortSignal): Promise<JsonValue>
  submitWork(solution: unknown): Promise<JsonValue>
  submitRate(report: unknown): Promise<JsonValue>
  /** The network's parameters, for a worker that knows nothing but an address. */
  networkParams(): Promise<JsonValue>
}

/** The JSON face of a desk. */
export function createWorkService(
  desk: Pick<WorkDesk, 'params' | 'getWork' | 'submitWork' | 'submitRate'>,
): WorkService {
  return {
    getWork: async (request, signal) => workJobToJson(await desk.getWork(parseWorkRequest(request), signal)),
    submitWork: async (solution) => workAnswerToJson(await desk.submitWork(parseWorkSolution(solution))),
    submitRate: async (report) => {
      desk.submitRate(parseRateReport(report))
      return true
    },
    networkParams: async () => networkParamsToJson(desk.params),
  }
}
