import type { RpcClient } from '@poai/api/connect'
import type { NetworkParams } from '@poai/core'
import { parseNetworkParams } from '@poai/core'
import {
  type FarmClient,
  farmRequestToJson,
  farmSolutionToJson,
  parseFarmAnswer,
  parseFarmJob,
  rateReportToJson,
} from '@poai/miner'

/** A node holds a request for up to 20 seconds until it has a better job. */
const GET_WORK_TIMEOUT_MS = 30_000
/** The node replays and imports before it answers. */
const SUBMIT_TIMEOUT_MS = 30_000
const REPORT_TIMEOUT_MS = 5_000

/** The farm desk of a node, over JSON-RPC. */
export function createRpcFarmClient(client: Pick<RpcClient, 'call'>): FarmClient {
  return {
    getWork: async (request, signal) => {
      const options = { signal, timeoutMs: GET_WORK_TIMEOUT_MS }
      return parseFarmJob(await client.call('poai_getWork', [farmRequestToJson(request)], options))
    },
    submitWork: async (solution, signal) => {
      const options = { signal, timeoutMs: SUBMIT_TIMEOUT_MS }
      return parseFarmAnswer(await client.call('poai_submitWork', [farmSolutionToJson(solution)], options))
    },
    submitRate: async (report, signal) => {
      await client.call('poai_submitRate', [rateReportToJson(report)], { signal, timeoutMs: REPORT_TIMEOUT_MS })
    },
  }
}

/** The parameters of a node's network, so that a worker needs to be told only the node. */
export async function fetchNetworkParams(client: Pick<RpcClient, 'call'>, signal: AbortSignal): Promise<NetworkParams> {
  return parseNetworkParams(await client.call('poai_networkParams', [], { signal }))
}
