import { type Call, hexOrNull, type Method, method, RpcError, required, SCHEMAS, toQuantity } from '@poai/api'
import type { FilledTransactionJson } from '@poai/api/client'
import { nextBaseFee } from '@poai/consensus'
import { bytesToHex, type Transaction } from '@poai/core'
import { formatAuthorization } from '../../format/format-transaction.ts'
import { longHex } from '../../format/long-hex.ts'
import { encodeUnsigned, type UnsignedTransaction } from '../../format/unsigned-transaction.ts'
import type { ExecutingCall } from '../execution-place.ts'
import type { MethodContext } from '../method-context.ts'
import { type CallArguments, callArguments, messageOf, typeOf } from './call-arguments.ts'
import { estimate } from './calls.ts'
import { suggestTip } from './fees.ts'

/** The nonce, gas and fees that a wallet would otherwise ask for one by one. */
export function fillTransactionMethod(context: MethodContext): Method {
  return method({
    name: 'eth_fillTransaction',
    summary: 'A transaction with nonce, gas limit and fees filled in, ready to be signed',
    cost: 150,
    params: [required('transaction', callArguments)],
    result: SCHEMAS.filledTransaction,
    run: async ([args], call) => {
      const transaction = await fill(context, args, call)
      return { raw: longHex(encodeUnsigned(transaction, context.params.chainId)), tx: show(context, transaction) }
    },
  })
}

async function fill(
  context: MethodContext,
  args: Partial<CallArguments>,
  call: ExecutingCall,
): Promise<UnsignedTransaction> {
  const { chain } = context
  const message = messageOf(args, 0n)
  const fees = await feesOf(context, args, call)
  const gasLimit =
    args.gas ?? BigInt(await estimate(context, { args, place: { kind: 'tag', tag: 'latest' }, overrides: [], call }))
  const { to, value, data, accessList, authorizationList } = message
  return {
    ...{ type: typeOf(args), ...fees, gasLimit, to, value, data, accessList, authorizationList },
    nonce: args.nonce ?? chain.mempool.nextNonce(message.from),
  }
}

async function feesOf(
  context: MethodContext,
  { gasPrice, maxFeePerGas, maxPriorityFeePerGas }: Partial<CallArguments>,
  call: Pick<Call, 'pause'>,
): Promise<Pick<Transaction, 'maxFeePerGas' | 'maxPriorityFeePerGas'>> {
  if (gasPrice !== undefined) {
    if (maxFeePerGas === undefined && maxPriorityFeePerGas === undefined)
      return { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice }
    throw new RpcError('invalidParams', 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
  }
  const tip = maxPriorityFeePerGas ?? (await suggestTip(context, call))
  // As geth: enough for some full blocks in a row.
  const most = maxFeePerGas ?? 2n * nextBaseFee(context.params, context.chain.head()) + tip
  if (maxPriorityFeePerGas === undefined) return { maxFeePerGas: most, maxPriorityFeePerGas: tip < most ? tip : most }
  if (most >= tip) return { maxFeePerGas: most, maxPriorityFeePerGas: tip }
  throw new RpcError('invalidParams', `maxFeePerGas (${most}) < maxPriorityFeePerGas (${tip})`)
}

function show({ params }: MethodContext, transaction: UnsignedTransaction): FilledTransactionJson['tx'] {
  const { type, nonce, to, value, gasLimit, maxFeePerGas, maxPriorityFeePerGas, data, accessList } = transaction
  return {
    type: `0x${type}`,
    chainId: toQuantity(params.chainId),
    nonce: toQuantity(nonce),
    to: hexOrNull(to),
    value: toQuantity(value),
    gas: toQuantity(gasLimit),
    gasPrice: toQuantity(maxFeePerGas),
    ...(type === 2 || type === 4
      ? { maxFeePerGas: toQuantity(maxFeePerGas), maxPriorityFeePerGas: toQuantity(maxPriorityFeePerGas) }
      : {}),
    input: longHex(data),
    ...(type === 0
      ? {}
      : {
          accessList: accessList.map(({ address, storageKeys }) => ({
            address: bytesToHex(address),
            storageKeys: storageKeys.map(bytesToHex),
          })),
        }),
    ...(type === 4 ? { authorizationList: transaction.authorizationList.map(formatAuthorization) } : {}),
  }
}
