import { FARM_MESSAGES, jsonFor, type Maybe, type Method, method, RESULTS, required, SCHEMAS } from '@poai/api'
import type { FarmDesk } from '../farm/farm-desk.ts'
import { createFarmService } from '../farm/farm-service.ts'

/** Jobs for miners on other machines. Clients are charged for what they send. */
export function farmMethods(desk: Maybe<FarmDesk>): readonly Method[] {
  return [
    method({
      name: 'poai_getWork',
      summary: 'Work for a miner on another machine: a sealed header and a range of nonces of its own',
      params: [required('request', jsonFor(FARM_MESSAGES.request))],
      result: SCHEMAS.workJob,
      run: ([request], { signal, session }) =>
        createFarmService(desk.require()).getWork(request, signal, session.client),
    }),
    method({
      name: 'poai_submitWork',
      summary: 'What a miner on another machine found: judged like a stranger’s block',
      params: [required('solution', jsonFor(FARM_MESSAGES.solution))],
      result: SCHEMAS.workAnswer,
      run: ([solution], { session }) => createFarmService(desk.require()).submitWork(solution, session.client),
    }),
    method({
      name: 'poai_submitRate',
      summary: 'How fast a miner on another machine works',
      params: [required('report', jsonFor(FARM_MESSAGES.report))],
      result: RESULTS.flag,
      run: ([report], { session }) => createFarmService(desk.require()).submitRate(report, session.client),
    }),
  ]
}
