import { verifyMerkleProof } from '@ethereumjs/mpt'
import {
  type Address,
  bytesToHex,
  decodeRlp,
  type GenesisAccount,
  type Hash32,
  hash32,
  toAddress,
  toHash32,
  uintToBytes,
} from '@poai/core'
import { describe, expect, test } from 'vitest'
import { type AccountProof, encodeAccount, genesisState, NEW_ACCOUNT, proveAccount } from '../../../src/index.ts'
import { MemoryState } from '../../support/memory-state.ts'
import { createRandom } from '../../support/random.ts'
import { genesisAccount } from '../../support/small-chain.ts'

const random = createRandom('proofs')
const addresses = Array.from({ length: 300 }, () => toAddress(random.bytes(20)))
const [keeper] = addresses as [Address]
const slots = Array.from({ length: 80 }, (_, index) => toHash32(uintToBytes(BigInt(index), 32)))
const accounts: GenesisAccount[] = addresses.map((address, index) =>
  genesisAccount(address, {
    balance: BigInt(index) + 1n,
    storage: address === keeper ? slots.map((key, at) => ({ key, value: 1n << BigInt(3 * at) })) : [],
  }),
)
const state = new MemoryState()
state.apply(genesisState(accounts))

function prove(address: Address, wanted: readonly Hash32[]): AccountProof {
  return proveAccount({ nodes: state, stateRoot: state.stateRoot, address, slots: wanted })
}

/** What EthereumJS's verifier finds under the key; it throws on a proof that does not lead from the root. */
function verified(key: Uint8Array, nodes: readonly Uint8Array[]): Promise<Uint8Array | null> {
  return verifyMerkleProof(key, [...nodes], { useKeyHashing: true })
}

describe('proveAccount', () => {
  test('shows accounts that are there', async () => {
    for (const [index, address] of addresses.slice(0, 40).entries()) {
      const { account, nodes } = prove(address, [])
      expect(account.balance).toBe(BigInt(index) + 1n)
      expect(hash32(nodes[0] as Uint8Array)).toEqual(state.stateRoot)
      expect(await verified(address, nodes)).toEqual(encodeAccount(account))
    }
  })

  test('shows that accounts are not there', async () => {
    for (let i = 0; i < 40; i++) {
      const address = toAddress(random.bytes(20))
      const { account, nodes, slots: none } = prove(address, slots.slice(0, 1))
      expect(account).toBe(NEW_ACCOUNT)
      expect(none).toEqual([{ slot: slots[0], value: new Uint8Array(0), nodes: [] }])
      expect(await verified(address, nodes)).toBeNull()
    }
  })

  test('shows slots, and that slots are empty', async () => {
    const missing = [500n, 501n, 502n].map((index) => toHash32(uintToBytes(index, 32)))
    const proof = prove(keeper, [...slots, ...missing])
    for (const [index, { slot, value, nodes }] of proof.slots.entries()) {
      expect(hash32(nodes[0] as Uint8Array)).toEqual(proof.account.storageRoot)
      const found = await verified(slot, nodes)
      if (index < slots.length) expect(decodeRlp(found as Uint8Array), bytesToHex(slot)).toEqual(value)
      else expect([found, value.length]).toEqual([null, 0])
    }
  })

  test('of an empty state has no nodes', () => {
    const empty = new MemoryState()
    const proof = proveAccount({ nodes: empty, stateRoot: empty.stateRoot, address: keeper, slots: [] })
    expect(proof).toEqual({ address: keeper, account: NEW_ACCOUNT, nodes: [], slots: [] })
  })

  test('with one bit changed is refused', async () => {
    const { nodes } = prove(keeper, [])
    const changed = nodes.map((node) => Uint8Array.from(node))
    const last = changed.at(-1) as Uint8Array
    last[last.length - 1] = (last.at(-1) as number) ^ 1
    await expect(verified(keeper, changed)).rejects.toThrow()
  })
})
