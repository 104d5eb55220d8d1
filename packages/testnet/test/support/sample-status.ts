import type { MinerStatusJson, NodeStatusJson } from '@poai/api/client'
import type { Hex } from '@poai/core'

const HASH: Hex = `0x${'ab12'.repeat(16)}`

const miner: MinerStatusJson = {
  ...{ state: 'mining', reason: null, workers: 1, beneficiary: '0x', effortPercent: 50, number: 12_346, target: null },
  ...{ attempts: 900, voidAttempts: 0, staleAttempts: 0, staleShare: 0, attemptsPerSecond: 21.34, tokensPerSecond: 0 },
  ...{ blocksFound: 7, blocksAccepted: 7, blocksLost: 0, blocksInvalid: 0, blocksCanonical: 7, rewardsWei: '0' },
  ...{ expectedSecondsToBlock: null, best: null },
}

/** What a node of a testnet may say of itself. */
export const sampleStatus: NodeStatusJson = {
  ...{ version: '0.1.0', role: 'miner', state: { name: 'following' }, peerId: '12D3KooWA', addresses: [], peers: 3 },
  network: { name: 'devnet', chainId: 1, genesisHash: HASH },
  head: { number: 12_345, hash: HASH, timestamp: 0, difficulty: '1234567', totalWork: '0' },
  finality: { number: 0, isSettled: false, why: '' },
  ...{ sync: null, miner, farm: null },
  replays: { total: 40, failed: 0, undecided: 0, perSecond: 0.25 },
  accountIndex: null,
  reorganisations: { count: 2, deepest: 3 },
  ...{ blocksImported: 0, orphans: 0, invalidBlocks: 0, mempool: { pending: 0, queued: 0, bytes: 0 } },
  engine: {
    ...{ name: 'quiz-1', domain: 'portable-1', state: 'ready', program: 'llama.cpp', system: null, workers: 1 },
    ...{ evaluations: 0, crashes: 0, queued: 0 },
  },
  ...{ memoryBytes: 412_000_000, uptimeSeconds: 60 },
}
