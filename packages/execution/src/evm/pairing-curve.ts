import { type EVMBN254Interface, RustBN254 } from '@ethereumjs/evm'
import { initRustBN } from 'rustbn-wasm'

/**
 * The library refuses with no bytes, which the EVM would take for a lack of gas; like EthereumJS's own curve this one
 * throws.
 */
function refused(answer: Uint8Array): Uint8Array {
  if (answer.length === 0) throw new RangeError('not points of the curve and its twist')
  return answer
}

const library = new RustBN254(await initRustBN())

/**
 * The curve alt_bn128 of the precompiles 0x06 to 0x08, in WebAssembly: several times faster than EthereumJS's
 * JavaScript, which gives the same answers (`pairing-curve.test.ts`, ADR 16).
 */
export const pairingCurve: EVMBN254Interface = {
  add: (input) => refused(library.add(input)),
  mul: (input) => refused(library.mul(input)),
  pairing: (input) => refused(library.pairing(input)),
}
