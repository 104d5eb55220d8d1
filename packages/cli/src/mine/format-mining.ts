import { bytesToHex } from '@poai/core'
import type { FarmMinerStatus, WorkAnswer } from '@poai/miner'
import { formatSeconds } from '@poai/testnet/terminal'

/** A rate for people: three digits. */
function formatRate(perSecond: number): string {
  return perSecond >= 99.5 ? Math.round(perSecond).toLocaleString('en') : perSecond.toFixed(1)
}

/** What a farm miner does, in one line of 79 columns; the most important first, since narrow terminals cut it. */
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
  return `${state === 'submitting' ? 'judged  ' : 'mining  '}${parts.join('  ')}${reason === undefined ? '' : `  (${reason})`}`
}

const VERDICTS: Readonly<Record<WorkAnswer['verdict'], string>> = {
  accepted: 'accepted: it is the head of the chain',
  side: 'valid, but another block of this height came first',
  stale: 'too late: the head had moved',
  duplicate: 'known already',
  'unknown-job': 'lost: the node was started anew and the block is too large to send whole',
  'wrong-range': 'refused: the nonce is another worker’s',
  'above-target': 'refused: it does not meet the target',
  invalid: 'INVALID: the node’s replay disagrees with this machine',
  refused: 'refused: this worker has sent too much that was invalid',
  busy: 'not judged: the node is busy',
  undecided: 'not judged: the node could not',
}

/** One line about what became of a solution. */
export function formatAnswer({ number, verdict, blockHash, rule }: WorkAnswer & { readonly number: bigint }): string {
  const hash = blockHash === undefined ? '' : ` ${bytesToHex(blockHash)}`
  return `block ${number}${hash} ${VERDICTS[verdict]}${rule === undefined ? '' : ` (${rule})`}`
}

/** A status as JSON: numbers as they are, quantities of the chain as strings of digits where they do not fit. */
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
