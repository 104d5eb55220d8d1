import { bytesToHex, type JsonValue } from '@poai/core'
import type { MinerStatus, WorkDeskStatus } from '@poai/miner'
import type { NodeStatus } from './node-status.ts'

/** The status as `poai_nodeStatus` tells it: counts as numbers, quantities that may be larger as decimal text. */
export function statusToJson(status: NodeStatus): JsonValue {
  const { state, role, version, network, head, peerId, addresses, peers, sync, miner, replays, imports } = status
  const { mempool, engine, model, memoryBytes, uptimeSeconds } = status
  return {
    ...{ version, role, peers, addresses },
    state: { name: state.name, ...(state.detail === undefined ? {} : { detail: state.detail }) },
    peerId: peerId ?? null,
    network: { name: network.name, chainId: Number(network.chainId), genesisHash: bytesToHex(network.genesisHash) },
    head: {
      number: Number(head.number),
      hash: bytesToHex(head.hash),
      timestamp: Number(head.timestamp),
      difficulty: String(head.difficulty),
      totalWork: String(head.totalWork),
    },
    finality: {
      number: Number(status.finality.number),
      isSettled: status.finality.isSettled,
      why: status.finality.why,
    },
    sync:
      sync === undefined
        ? null
        : {
            state: sync.state,
            currentBlock: Number(sync.currentBlock),
            highestBlock: Number(sync.highestBlock),
            blocksPerSecond: sync.blocksPerSecond,
            secondsLeft: sync.secondsLeft ?? null,
          },
    miner: miner === undefined ? null : minerToJson(miner),
    farm: status.farm === undefined ? null : farmToJson(status.farm),
    replays: { ...replays },
    reorganisations: { ...imports.reorganisations },
    blocksImported: imports.outcomes.head + imports.outcomes.side,
    // Stored, and beside the chain when they came.
    orphans: imports.outcomes.side,
    invalidBlocks: Object.values(imports.invalid).reduce((sum, count) => sum + count, 0),
    mempool: { pending: mempool.pending, queued: mempool.queued, bytes: mempool.bytes },
    engine: {
      ...model,
      state: engine?.state ?? 'none',
      program: engine?.program ?? null,
      system: engine?.model?.systemInfo ?? null,
      workers: engine?.workers.length ?? 0,
      evaluations: engine?.evaluations ?? 0,
      crashes: engine?.crashes ?? 0,
      queued: engine === undefined ? 0 : engine.queued.verify + engine.queued.mine,
    },
    memoryBytes,
    uptimeSeconds,
  }
}

function farmToJson({ workers, ...figures }: WorkDeskStatus): JsonValue {
  const { attemptsPerSecond, tokensPerSecond, verdicts, blocksCanonical, rewardsWei } = figures
  return {
    ...{ attemptsPerSecond, tokensPerSecond, blocksCanonical, verdicts: { ...verdicts } },
    workers: workers.length,
    rewardsWei: String(rewardsWei),
  }
}

/** A miner's figures. */
export function minerToJson(miner: MinerStatus): JsonValue {
  const { state, reason, workers, number, target, expectedSecondsToBlock, best, beneficiary, rewardsWei } = miner
  const { attempts, voidAttempts, staleAttempts, staleShare, attemptsPerSecond, tokensPerSecond } = miner
  const { effortPercent, blocksFound, blocksAccepted, blocksLost, blocksInvalid, blocksCanonical } = miner
  return {
    ...{ state, workers, attempts, voidAttempts, staleAttempts, staleShare, attemptsPerSecond, tokensPerSecond },
    ...{ effortPercent, blocksFound, blocksAccepted, blocksLost, blocksInvalid, blocksCanonical },
    reason: reason ?? null,
    beneficiary: bytesToHex(beneficiary),
    rewardsWei: String(rewardsWei),
    number: number === undefined ? null : Number(number),
    target: target === undefined ? null : `0x${target.toString(16)}`,
    expectedSecondsToBlock: expectedSecondsToBlock ?? null,
    best:
      best === undefined
        ? null
        : {
            number: Number(best.number),
            nonce: `0x${best.nonce.toString(16)}`,
            workHash: `0x${best.workHash.toString(16).padStart(64, '0')}`,
            lossMicroNats: Number(best.lossMicroNats),
          },
  }
}
