import type { WorkAnswerJson, WorkJobJson } from '@poai/api/client'
import { type JsonValue, networkParamsToJson } from '@poai/core'
import type { WorkClient } from './work-client.ts'
import type { WorkDesk } from './work-desk.ts'
import { parseRateReport, parseWorkRequest, parseWorkSolution, workAnswerToJson, workJobToJson } from './work-json.ts'

/**
 * A work desk as JSON speaks to it: what `poai_getWork` and its siblings pass through. Rejects with `MinerError`s that
 * may be shown.
 */
export interface WorkService {
  getWork(request: unknown, signal?: AbortSignal, client?: WorkClient): Promise<WorkJobJson>
  submitWork(solution: unknown, client?: WorkClient): Promise<WorkAnswerJson>
  submitRate(report: unknown, client?: WorkClient): Promise<boolean>
  /** The network's parameters, for a worker that knows nothing but an address. */
  networkParams(): Promise<JsonValue>
}

/** The JSON face of a desk. */
export function createWorkService(
  desk: Pick<WorkDesk, 'params' | 'getWork' | 'submitWork' | 'submitRate'>,
): WorkService {
  return {
    getWork: async (request, signal, client) =>
      workJobToJson(await desk.getWork(parseWorkRequest(request), signal, client)),
    submitWork: async (solution, client) =>
      workAnswerToJson(await desk.submitWork(parseWorkSolution(solution), client)),
    submitRate: async (report, client) => {
      desk.submitRate(parseRateReport(report), client)
      return true
    },
    networkParams: async () => networkParamsToJson(desk.params),
  }
}
