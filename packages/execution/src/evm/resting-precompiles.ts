import type { CustomPrecompile, PrecompileInput } from '@ethereumjs/evm'
import { blake2f } from './blake2f.ts'
import { BLS_ADDRESSES, blsPrecompile } from './bls-precompiles.ts'
import { ripemd160, sha256 } from './hash-precompiles.ts'
import { modexp } from './modexp.ts'
import { p256Verify } from './p256-verify.ts'
import { pairingCurve } from './pairing-curve.ts'
import { failed, type PrecompileAnswer, precompileAt } from './precompile-answer.ts'
import type { Pause } from './step-pacer.ts'

/**
 * Computes a pairing on another thread. Resolves to undefined if the input is not points; rejects only if the thread
 * fails.
 */
export type PairingElsewhere = (input: Uint8Array) => Promise<Uint8Array | undefined>

/**
 * Pairs that are computed here: more of them would hold the thread for tens of milliseconds, and a pairing cannot rest.
 */
const MAX_PAIRS_HERE = 3
const PAIR_BYTES = 192

/** What precompiles may use of the machine that they are in. */
export interface PrecompilePlace {
  readonly pause: Pause
  /** Where long pairings are computed; undefined: here. */
  readonly pairing: PairingElsewhere | undefined
}

/** Precompiles whose calls may take long. They replace EthereumJS's, which compute without a pause. */
export function restingPrecompiles({ pause, pairing: elsewhere }: PrecompilePlace): CustomPrecompile[] {
  return [
    precompileAt(2n, (input) => sha256(input, pause)),
    precompileAt(3n, (input) => ripemd160(input, pause)),
    precompileAt(5n, (input) => modexp(input, pause)),
    precompileAt(8n, (input) => pairing(input, elsewhere)),
    precompileAt(9n, (input) => blake2f(input, pause)),
  ]
}

/** The same, and what came with Prague and Osaka: BLS12-381 (EIP-2537) and secp256r1 (EIP-7951). */
export function osakaPrecompiles(place: PrecompilePlace): CustomPrecompile[] {
  return [
    ...restingPrecompiles(place),
    ...BLS_ADDRESSES.map((address) =>
      precompileAt(BigInt(address), (input) => blsPrecompile(address, input, place.pause)),
    ),
    precompileAt(0x100n, p256Verify),
  ]
}

/** The precompile 0x08 (EIP-197, EIP-1108). */
async function pairing(call: PrecompileInput, elsewhere: PairingElsewhere | undefined): Promise<PrecompileAnswer> {
  const { data, gasLimit, common } = call
  if (data.length % PAIR_BYTES !== 0) return failed(call, 'INVALID_INPUT_LENGTH')
  const pairs = data.length / PAIR_BYTES
  const gas = common.param('bn254PairingGas') + BigInt(pairs) * common.param('bn254PairingWordGas')
  if (gas > gasLimit) return failed(call, 'OUT_OF_GAS')
  const isLong = elsewhere !== undefined && pairs > MAX_PAIRS_HERE
  const answer = isLong ? await elsewhere(data) : computePairing(data)
  if (answer === undefined) return failed(call, 'REVERT')
  return { returnValue: answer, executionGasUsed: gas }
}

/** Whether the product of pairings is one, as a word; undefined if the input is not points. */
export function computePairing(input: Uint8Array): Uint8Array | undefined {
  try {
    return pairingCurve.pairing(input)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
