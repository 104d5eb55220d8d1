import { data, type Method, method, RESULTS, required } from '@poai/api'
import { bytesToHex, keccak256 } from '@poai/core'
import type { MethodContext } from './method-context.ts'

/** The one question about a network that needs no peers. */
export function netVersionMethod({ params }: MethodContext): Method {
  return method({
    name: 'net_version',
    summary: 'The chain id in decimal digits',
    params: [],
    result: RESULTS.text,
    run: () => params.chainId.toString(),
  })
}

/** The program, and a hash function. */
export function web3Methods({ clientVersion }: MethodContext): readonly Method[] {
  return [
    method({
      name: 'web3_clientVersion',
      summary: 'The program, its version and its platform',
      params: [],
      result: RESULTS.text,
      run: () => clientVersion,
    }),
    method({
      name: 'web3_sha3',
      summary: 'keccak256 of bytes',
      params: [required('data', data)],
      result: RESULTS.hash,
      run: ([bytes]) => bytesToHex(keccak256(bytes)),
    }),
  ]
}
