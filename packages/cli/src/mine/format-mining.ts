import { bytesToHex } from '@poai/core'
import type { FarmAnswer, FarmMinerStatus } from '@poai/miner'
import { formatSeconds } from '@poai/testnet/terminal'

/** A rate for people, with three digits. */
function formatRate(perSecond: number): string {
  return perSecond >= 99.5 ? Math.round(perSecond).toLocaleString('en') : perSecond.toFixed(1)
}

/** What a farm miner does, in a line of 79 columns; the most important first, since narrow terminals cut it. */
export function formatMiningLine(status: FarmMinerStatus): string {
  const { state, reason, number, attemptsPerSecond, tokensPerSecond, expectedSecondsToBlock, effortPercent } = status
  if (state === 'waiting' || state === 'failed') {
    return reason === undefined ? 'waiting for work' : `${state}: ${reason.replaceAll(/\s+/g, ' ')}`
  }
  const parts = [
    `block ${number ?? '?'}`,
    `${formatRate(attemptsPerSecond)} attempts/s`,
    `${formatRate(tokensPerSecond)} tokens/s`,
    ...(expectedSecondsToBlock === undefined ? [] : [`a block in ${formatSeconds(expectedSecondsToBlock)}`]),
    `effort ${Math.round(effortPercent)} %`,
    `blocks ${status.verdicts.accepted ?? 0}`,
  ]
  const doing = state === 'submitting' ? 'judged' : 'mining'
  return [doing, ...parts, ...(reason === undefined ? [] : [`(${reason})`])].join('  ')
}

const VERDICTS: Readonly<Record<FarmAnswer['verdict'], string>> = {
  accepted: 'accepted: it is the head of the chain',
  side: 'valid, but another block of this height came first',
  stale: 'too late: the chain has a new head',
  duplicate: 'known already',
  'unknown-job': 'lost: the node has restarted, and the block is too large to send whole',
  'wrong-range': 'refused: the nonce belongs to another worker',
  'above-target': 'refused: it does not meet the target',
  invalid: 'INVALID: the node’s replay disagrees with this machine',
  refused: 'refused: this worker has sent too many invalid solutions',
  busy: 'not judged: the node is busy',
  undecided: 'not judged: the node could not replay it',
}

/** What became of a solution, in one line. */
export function formatAnswer({ number, verdict, blockHash, rule }: FarmAnswer & { readonly number: bigint }): string {
  const hash = blockHash === undefined ? '' : ` ${bytesToHex(blockHash)}`
  return `block ${number}${hash} ${VERDICTS[verdict]}${rule === undefined ? '' : ` (${rule})`}`
}

/** A status as JSON, with large quantities of the chain as hexadecimal text. */
export function miningToJson(status: FarmMinerStatus): object {
  const { number, target, best, reason, expectedSecondsToBlock, ...rest } = status
  return {
    ...rest,
    reason: reason ?? null,
    expectedSecondsToBlock: expectedSecondsToBlock ?? null,
    number: number === undefined ? null : Number(number),
    target: target === undefined ? null : `0x${target.toString(16)}`,
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
