import type { MetricRow } from './metric-row.ts'
import { CHAIN_ROWS } from './rows/chain-rows.ts'
import { ENGINE_ROWS } from './rows/engine-rows.ts'
import { MINING_ROWS } from './rows/mining-rows.ts'
import { NODE_ROWS } from './rows/node-rows.ts'
import { PEER_ROWS } from './rows/peer-rows.ts'
import { STORAGE_ROWS } from './rows/storage-rows.ts'

/** Every metric that is read when somebody asks. Times are measured as they pass: see `createNodeMetrics`. */
export const METRIC_TABLE: readonly MetricRow[] = [
  ...NODE_ROWS,
  ...CHAIN_ROWS,
  ...ENGINE_ROWS,
  ...MINING_ROWS,
  ...PEER_ROWS,
  ...STORAGE_ROWS,
]
