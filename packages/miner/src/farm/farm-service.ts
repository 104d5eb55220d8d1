import type { WorkAnswerJson, WorkJobJson } from '@poai/api/client'
import { type JsonValue, networkParamsToJson } from '@poai/core'
import type { DeskClient } from './desk-client.ts'
import type { FarmDesk } from './farm-desk.ts'
import { farmAnswerToJson, farmJobToJson, parseFarmRequest, parseFarmSolution, parseRateReport } from './farm-json.ts'

/**
 * A farm desk in terms of JSON: `poai_getWork` and its siblings go through it. Rejects with `MinerError`s that clients
 * may see.
 */
export interface FarmService {
  getWork(request: unknown, signal?: AbortSignal, client?: DeskClient): Promise<WorkJobJson>
  submitWork(solution: unknown, client?: DeskClient): Promise<WorkAnswerJson>
  submitRate(report: unknown, client?: DeskClient): Promise<boolean>
  /** The network's parameters, for a worker that knows nothing but an address. */
  networkParams(): Promise<JsonValue>
}

/** A desk in terms of JSON. */
export function createFarmService(
  desk: Pick<FarmDesk, 'params' | 'getWork' | 'submitWork' | 'submitRate'>,
): FarmService {
  return {
    getWork: async (request, signal, client) =>
      farmJobToJson(await desk.getWork(parseFarmRequest(request), signal, client)),
    submitWork: async (solution, client) =>
      farmAnswerToJson(await desk.submitWork(parseFarmSolution(solution), client)),
    submitRate: async (report, client) => {
      desk.submitRate(parseRateReport(report), client)
      return true
    },
    networkParams: async () => networkParamsToJson(desk.params),
  }
}
