import type { Address } from '@poai/core'
import type { Miner } from '@poai/miner'
import type { MinerControl } from '@poai/rpc'
import { minerToJson } from '../mining/mining-status.ts'
import { NodeError } from '../node-error.ts'

/** The miner as JSON-RPC shows and changes it. It is asked for each time: doors open before there is one. */
export function createMinerControl(
  { beneficiary }: { readonly beneficiary: Address | undefined },
  current: () => Miner | undefined,
): MinerControl {
  let isPaid = beneficiary !== undefined
  const miner = (): Miner => {
    const found = current()
    if (found !== undefined) return found
    throw new NodeError('NODE_NOT_JOINED', 'the miner is not up yet')
  }
  return {
    isMining: () => current()?.status.state === 'mining',
    attemptsPerSecond: () => current()?.status.attemptsPerSecond ?? 0,
    beneficiary: () => miner().status.beneficiary,
    start: async () => {
      if (!isPaid) {
        throw new NodeError('NODE_NO_BENEFICIARY', 'nobody would be paid for blocks', {
          hint: 'name an account first: miner_setEtherbase',
        })
      }
      miner().resume()
    },
    stop: async () => miner().pause(),
    setBeneficiary: (account) => {
      miner().setBeneficiary(account)
      isPaid = true
    },
    status: () => minerToJson(miner().status),
  }
}
