import type { FarmStatusJson, MinerStatusJson } from '@poai/api/client'
import { bytesToHex, defined } from '@poai/core'
import type { FarmDeskStatus } from '../farm/farm-desk.ts'
import type { MinerStatus } from '../miner-status.ts'

/** The figures of miners elsewhere. */
export function farmToJson({ workers, ...figures }: FarmDeskStatus): FarmStatusJson {
  const { attemptsPerSecond, tokensPerSecond, verdicts, blocksCanonical, rewardsWei } = figures
  return {
    ...{ attemptsPerSecond, tokensPerSecond, blocksCanonical, verdicts: defined(verdicts) },
    workers: workers.length,
    rewardsWei: String(rewardsWei),
  }
}

/** The figures of a node's own miner. */
export function minerToJson(miner: MinerStatus): MinerStatusJson {
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
