import { bytesToHex, type Hex } from '@poai/core'
import type { ContractCall, ContractChain, SentCall } from '@poai/testing/chain'
import {
  type Abi,
  type ContractFunctionArgs,
  type ContractFunctionName,
  decodeErrorResult,
  decodeFunctionResult,
  type EncodeDeployDataParameters,
  type EncodeFunctionDataParameters,
  encodeDeployData,
  encodeFunctionData,
} from 'viem'

type NameIn<A extends Abi> = ContractFunctionName<A>
type ArgsOf<A extends Abi, Name extends NameIn<A>> = ContractFunctionArgs<
  A,
  'pure' | 'view' | 'nonpayable' | 'payable',
  Name
>
type With = Omit<ContractCall, 'to' | 'data'>

/** A contract on a chain of a test. */
export interface Deployed<A extends Abi> {
  readonly address: Hex
  /** Sends a transaction, which may fail. */
  send<Name extends NameIn<A>>(name: Name, args: ArgsOf<A, Name>, options?: With): Promise<SentCall>
  /** What the function returns. Throws the name of the error, with its arguments, if it reverts. */
  read<Name extends NameIn<A>>(name: Name, args: ArgsOf<A, Name>, options?: With): Promise<unknown>
}

/** Deploys a contract. */
export async function deploy<const A extends Abi>(
  chain: ContractChain,
  { abi, bytecode }: { readonly abi: A; readonly bytecode: Hex },
  args: readonly unknown[],
): Promise<Deployed<A>> {
  const data = encodeDeployData({ abi, bytecode, args } as unknown as EncodeDeployDataParameters)
  const { created, succeeded } = await chain.send({ data })
  if (!succeeded) throw new Error('the deployment failed')
  const encode = (name: unknown, given: unknown): Hex =>
    encodeFunctionData({ abi, functionName: name, args: given } as unknown as EncodeFunctionDataParameters)
  return {
    address: created,
    send: (name, given, options = {}) => chain.send({ ...options, to: created, data: encode(name, given) }),
    read: async (name, given, options = {}) => {
      const outcome = await chain.call({ ...options, to: created, data: encode(name, given) })
      const returned = bytesToHex(outcome.returnData)
      if (outcome.succeeded) {
        return decodeFunctionResult({ abi: abi as Abi, functionName: name as string, data: returned })
      }
      if (returned === '0x') throw new Error(outcome.failure)
      const { errorName, args: details = [] } = decodeErrorResult({ abi: abi as Abi, data: returned })
      throw new Error(`${errorName}(${details.join(', ')})`)
    },
  }
}
