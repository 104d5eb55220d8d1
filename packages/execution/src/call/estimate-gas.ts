import type { MachinePool } from '../evm/machine-pool.ts'
import { hasCode, NEW_ACCOUNT } from '../state/account.ts'
import { leastGas } from '../transaction/transaction-rules.ts'
import { type CallInput, type CallOutcome, executeCall } from './execute-call.ts'

/**
 * A message whose gas limit is the most that may be tried. Its gas price, if it has one, is what the sender must be
 * able to pay.
 */
export type EstimateInput = Omit<CallInput, 'onStep' | 'onEnter' | 'onExit' | 'onLog' | 'withState' | 'withAccessList'>

/** What estimating came to. */
export type GasEstimate =
  | { readonly kind: 'found'; readonly gas: bigint }
  /** It fails with any gas; `outcome` says how it fails with `allowance`, the most. */
  | { readonly kind: 'fails'; readonly outcome: CallOutcome; readonly allowance: bigint }
  /** The sender can pay for `allowance`, or not even for the value if that is undefined. */
  | { readonly kind: 'too-poor'; readonly allowance: bigint | undefined }

const PLAIN_TRANSFER_GAS = 21_000n
/** EIP-150: a call passes on all but one 64th, so the outer one needs 64/63 of what the inner one used. */
const FORWARD_DENOMINATOR = 63n
const FORWARD_NUMERATOR = 64n
/** Yellow Paper, appendix G: a call with value wants this much more than it uses. */
const CALL_STIPEND = 2_300n
/** Answers may be this many thousandths above the least: what geth settles for, too, to save executions. */
const TOLERANCE_THOUSANDTHS = 15n
const THOUSAND = 1000n

function isOutOfGas({ failure }: CallOutcome): boolean {
  return failure === 'out of gas' || failure === 'intrinsic gas too low' || failure === 'code store out of gas'
}

function overridden({ overrides = [], message }: EstimateInput): {
  readonly balance: bigint | undefined
  readonly targetHasCode: boolean | undefined
} {
  const find = (address: Uint8Array): (typeof overrides)[number] | undefined =>
    overrides.find((entry) => entry.address.every((byte, index) => byte === address[index]))
  const target = message.to === undefined ? undefined : find(message.to)?.code
  return { balance: find(message.from)?.balance, targetHasCode: target === undefined ? undefined : target.length > 0 }
}

/** The most gas that the sender can pay for, or undefined if not even the value. */
function affordable(input: EstimateInput): bigint | undefined {
  const { state, message } = input
  const balance = overridden(input).balance ?? state.account(message.from)?.balance ?? 0n
  if (balance < message.value) return undefined
  if (message.gasPrice === 0n) return message.gasLimit
  const gas = (balance - message.value) / message.gasPrice
  return gas < message.gasLimit ? gas : message.gasLimit
}

/** Nothing can run: no data, and a target without code. */
function isPlainTransfer(input: EstimateInput): boolean {
  const { state, message } = input
  if (message.to === undefined || message.data.length > 0) return false
  if (message.accessList.length > 0 || message.authorizationList.length > 0) return false
  return !(overridden(input).targetHasCode ?? hasCode(state.account(message.to) ?? NEW_ACCOUNT))
}

/**
 * Finds a gas limit with which the message succeeds, at most 1.5 % above the least, in about ten executions. The most
 * is tried first, and the second try is a guess from what that used, which is right for nearly every message. Assumes
 * that more gas never makes a message fail.
 */
export async function estimateGas(machines: MachinePool, input: EstimateInput): Promise<GasEstimate> {
  const affordableGas = affordable(input)
  if (affordableGas === undefined) return { kind: 'too-poor', allowance: undefined }
  const { gasLimit: wanted } = input.message
  const { maxGas = wanted } = machines.transactions
  const permitted = maxGas < wanted ? maxGas : wanted
  const allowance = affordableGas < permitted ? affordableGas : permitted
  const attempt = (gasLimit: bigint): Promise<CallOutcome> =>
    executeCall(machines, { ...input, withAccessList: false, message: { ...input.message, gasLimit } })
  if (isPlainTransfer(input) && allowance >= PLAIN_TRANSFER_GAS) {
    if ((await attempt(PLAIN_TRANSFER_GAS)).succeeded) return { kind: 'found', gas: PLAIN_TRANSFER_GAS }
  }
  const most = await attempt(allowance)
  if (!most.succeeded) {
    const poor = isOutOfGas(most) && affordableGas < permitted
    return poor ? { kind: 'too-poor', allowance } : { kind: 'fails', outcome: most, allowance }
  }
  return {
    kind: 'found',
    gas: await search(attempt, { least: leastGas(machines.transactions, input.message), most, allowance }),
  }
}

async function search(
  attempt: (gasLimit: bigint) => Promise<CallOutcome>,
  { least, most, allowance }: { readonly least: bigint; readonly most: CallOutcome; readonly allowance: bigint },
): Promise<bigint> {
  const spent = most.gasUsed + most.gasRefunded
  // Fails: less than what was spent in the end, or than what a message costs to begin.
  let low = (spent > least ? spent : least) - 1n
  let high = allowance
  const narrow = async (gas: bigint): Promise<void> => {
    if ((await attempt(gas)).succeeded) high = gas
    else low = gas
  }
  const guess = ((spent + CALL_STIPEND) * FORWARD_NUMERATOR) / FORWARD_DENOMINATOR
  if (low + 1n < high) await narrow(low + 1n)
  if (guess > low && guess < high) await narrow(guess)
  while (low + 1n < high && (high - low) * THOUSAND > high * TOLERANCE_THOUSANDTHS) {
    const middle = (high + low) / 2n
    // Limits are usually far above what is needed: the first steps go up from below.
    await narrow(middle > low * 2n ? low * 2n : middle)
  }
  return high
}
