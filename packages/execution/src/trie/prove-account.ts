import { type Address, decodeRlp, type Hash32, hash32 } from '@poai/core'
import { type Account, decodeAccount, NEW_ACCOUNT } from '../state/account.ts'
import { proveKey } from './prove-key.ts'
import type { TrieNodeReader } from './trie-nodes.ts'

/** A slot and the nodes from the storage root to it. */
export interface SlotProof {
  readonly slot: Hash32
  /** Big-endian bytes without leading zeros. */
  readonly value: Uint8Array
  readonly nodes: readonly Uint8Array[]
}

/** An account, slots of it, and the nodes that show them (EIP-1186, `eth_getProof`). */
export interface AccountProof {
  readonly address: Address
  /** All zeros and empty hashes if there is none. */
  readonly account: Account
  /** From the state root to the account. */
  readonly nodes: readonly Uint8Array[]
  readonly slots: readonly SlotProof[]
}

/** What to prove, and of which state. */
export interface ProofRequest {
  readonly nodes: TrieNodeReader
  readonly stateRoot: Hash32
  readonly address: Address
  readonly slots: readonly Hash32[]
}

const NO_BYTES: Uint8Array = new Uint8Array(0)

/** Proves what an account and some of its slots are, or that they are not. */
export function proveAccount({ nodes, stateRoot, address, slots }: ProofRequest): AccountProof {
  const leaf = proveKey({ reader: nodes, owner: 'accounts', root: stateRoot }, hash32(address))
  const account = leaf.value === undefined ? NEW_ACCOUNT : decodeAccount(leaf.value)
  return {
    address,
    account,
    nodes: leaf.nodes,
    slots: slots.map((slot) => {
      const proof = proveKey({ reader: nodes, owner: address, root: account.storageRoot }, hash32(slot))
      return {
        slot,
        value: proof.value === undefined ? NO_BYTES : (decodeRlp(proof.value) as Uint8Array),
        nodes: proof.nodes,
      }
    }),
  }
}
