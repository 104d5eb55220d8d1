import {
  address,
  blockPlace,
  LATEST,
  listOf,
  type Method,
  method,
  RpcError,
  required,
  requirePart,
  SCHEMAS,
  slot,
  toQuantity,
  withDefault,
} from '@poai/api'
import { bytesToHex, bytesToUint } from '@poai/core'
import { proveAccount } from '@poai/execution'
import type { MethodContext } from '../method-context.ts'

/** Slots of one proof, as in geth. */
const MAX_SLOTS = 1024

/** Merkle proofs of the state (EIP-1186). */
export function proofMethods({ view, trieNodes }: MethodContext): readonly Method[] {
  return [
    method({
      name: 'eth_getProof',
      summary: 'An account and slots of it with their Merkle proofs, in the newest state only',
      cost: 20,
      params: [
        required('address', address),
        required('slots', listOf(slot, MAX_SLOTS)),
        withDefault('block', blockPlace, LATEST),
      ],
      result: SCHEMAS.proof,
      run: ([of, slots, place]) => {
        const nodes = requirePart(trieNodes, 'proofs')
        const { header } = view.requireHeader(place)
        // Only the tries of the newest state are kept. From here to the end nothing else runs.
        if (header.number !== view.headNumber) throw new RpcError('pruned', 'proofs are kept for the newest state only')
        const proof = proveAccount({ nodes, stateRoot: header.stateRoot, address: of, slots })
        return {
          address: bytesToHex(of),
          accountProof: proof.nodes.map(bytesToHex),
          balance: toQuantity(proof.account.balance),
          codeHash: bytesToHex(proof.account.codeHash),
          nonce: toQuantity(proof.account.nonce),
          storageHash: bytesToHex(proof.account.storageRoot),
          storageProof: proof.slots.map(({ slot: key, value, nodes: path }) => ({
            key: bytesToHex(key),
            value: toQuantity(bytesToUint(value)),
            proof: path.map(bytesToHex),
          })),
        }
      },
    }),
  ]
}
