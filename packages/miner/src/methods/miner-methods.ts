import { address, type Maybe, type Method, method, RESULTS, RpcError, required, SCHEMAS, toQuantity } from '@poai/api'
import { bytesToHex } from '@poai/core'
import type { Miner } from '../miner.ts'
import { minerToJson } from './miner-json.ts'

/** What the methods need of a miner. */
export type ShownMiner = Pick<Miner, 'status' | 'resume' | 'pause' | 'setBeneficiary'>

export interface MinerMethodsOptions {
  /** True if an account is named that gets the rewards. */
  readonly isPaid: boolean
}

/** What JSON-RPC says about the node's own miner, and what its owner may change. */
export function minerMethods({ isPaid }: MinerMethodsOptions, miner: Maybe<ShownMiner>): readonly Method[] {
  return [...ethereumMethods(miner), ...controlMethods(isPaid, miner)]
}

/** What Ethereum's tools ask of a node that mines. */
function ethereumMethods(miner: Maybe<ShownMiner>): readonly Method[] {
  return [
    method({
      name: 'eth_mining',
      summary: 'True while the node makes attempts',
      params: [],
      result: RESULTS.flag,
      run: () => miner.now?.status.state === 'mining',
    }),
    method({
      name: 'eth_hashrate',
      summary: 'Attempts a second of the node: each is one forward pass of the model',
      params: [],
      result: RESULTS.quantity,
      run: () => toQuantity(Math.round(miner.now?.status.attemptsPerSecond ?? 0)),
    }),
    method({
      name: 'eth_coinbase',
      summary: 'Who gets the rewards of the blocks that this node mines',
      params: [],
      result: RESULTS.address,
      run: () => bytesToHex(miner.require().status.beneficiary),
    }),
  ]
}

/** For the node's owner. */
function controlMethods(isPaidAtFirst: boolean, miner: Maybe<ShownMiner>): readonly Method[] {
  let isPaid = isPaidAtFirst
  return [
    method({
      name: 'miner_start',
      summary: 'Starts mining, or goes on with it',
      params: [],
      result: RESULTS.flag,
      run: () => {
        if (!isPaid) throw new RpcError('serverError', 'nobody would be paid for blocks')
        miner.require().resume()
        return true
      },
    }),
    method({
      name: 'miner_stop',
      summary: 'Pauses mining',
      params: [],
      result: RESULTS.flag,
      run: () => {
        miner.require().pause()
        return true
      },
    }),
    method({
      name: 'miner_setEtherbase',
      summary: 'Changes who gets the rewards, from the next template on',
      params: [required('beneficiary', address)],
      result: RESULTS.flag,
      run: ([beneficiary]) => {
        miner.require().setBeneficiary(beneficiary)
        isPaid = true
        return true
      },
    }),
    method({
      name: 'miner_status',
      summary: 'What the miner does: attempts, blocks, rewards',
      params: [],
      result: SCHEMAS.minerStatus,
      run: () => minerToJson(miner.require().status),
    }),
  ]
}
