import { type Address, bytesToHex, EMPTY_CODE_HASH, toAddress, toHash32 } from '@poai/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { genesisState, NEW_ACCOUNT } from '../../../src/index.ts'
import { WorldState } from '../../../src/state/world-state.ts'
import { MemoryState } from '../../support/memory-state.ts'
import { genesisAccount } from '../../support/small-chain.ts'

const ADDRESSES = [1, 2, 3].map((index) => toAddress(new Uint8Array(20).fill(index)))
const SLOTS = [1, 2].map((index) => toHash32(new Uint8Array(32).fill(index)))

/** The plainest model of a world: every checkpoint is a copy of everything. */
interface Model {
  readonly balances: Map<string, bigint>
  readonly slots: Map<string, number>
}

type Step =
  | { readonly kind: 'balance'; readonly address: number; readonly value: number }
  | { readonly kind: 'slot'; readonly address: number; readonly slot: number; readonly value: number }
  | { readonly kind: 'delete'; readonly address: number }
  | { readonly kind: 'checkpoint' | 'commit' | 'revert' | 'end' }

const address = fc.nat({ max: ADDRESSES.length - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('balance' as const), address, value: fc.nat({ max: 3 }) }),
  fc.record({ kind: fc.constant('slot' as const), address, slot: fc.nat({ max: 1 }), value: fc.nat({ max: 3 }) }),
  // The second and third have no storage in the genesis block: only such accounts can be deleted.
  fc.record({ kind: fc.constant('delete' as const), address: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ kind: fc.constantFrom('checkpoint', 'commit', 'revert', 'end') }),
)

const genesis = ADDRESSES.map((owner, index) =>
  genesisAccount(owner, {
    balance: BigInt(index),
    nonce: 1n,
    storage: index === 0 ? [{ key: SLOTS[0] as never, value: 2n }] : [],
  }),
)

function slotName(owner: number, slot: number): string {
  return `${owner}/${slot}`
}

function copyOf({ balances, slots }: Model): Model {
  return { balances: new Map(balances), slots: new Map(slots) }
}

function bytesOf(value: number): Uint8Array {
  return value === 0 ? new Uint8Array(0) : Uint8Array.of(value)
}

/** A world and its model, going through the same steps. */
class Pair {
  readonly state: MemoryState = new MemoryState()
  readonly world: WorldState
  private model: Model = { balances: new Map(), slots: new Map([[slotName(0, 0), 2]]) }
  private originals: Model
  private readonly saved: Model[] = []

  constructor() {
    this.state.apply(genesisState(genesis))
    this.world = new WorldState(this.state)
    for (const index of ADDRESSES.keys()) this.model.balances.set(String(index), BigInt(index))
    this.originals = copyOf(this.model)
  }

  take(move: Step): void {
    if (move.kind === 'balance') {
      const owner = ADDRESSES[move.address] as Address
      this.world.setAccount(owner, {
        ...(this.world.account(owner) ?? NEW_ACCOUNT),
        nonce: 1n,
        balance: BigInt(move.value),
      })
      this.model.balances.set(String(move.address), BigInt(move.value))
    } else if (move.kind === 'slot') {
      this.world.setSlot(ADDRESSES[move.address] as Address, SLOTS[move.slot] as never, bytesOf(move.value))
      this.model.slots.set(slotName(move.address, move.slot), move.value)
    } else if (move.kind === 'delete') {
      this.world.deleteAccount(ADDRESSES[move.address] as Address)
      this.model.balances.delete(String(move.address))
      for (const slot of SLOTS.keys()) this.model.slots.delete(slotName(move.address, slot))
    } else this.nest(move.kind)
  }

  private nest(kind: 'checkpoint' | 'commit' | 'revert' | 'end'): void {
    if (kind === 'checkpoint') {
      this.world.checkpoint()
      this.saved.push(copyOf(this.model))
    } else if (kind === 'end') {
      while (this.saved.pop() !== undefined) this.world.commit()
      this.world.endTransaction()
      this.originals = copyOf(this.model)
    } else {
      const copy = this.saved.pop()
      if (copy === undefined) return
      if (kind === 'commit') this.world.commit()
      else {
        this.world.revert()
        this.model = copy
      }
    }
  }

  compare(): void {
    for (const [index, owner] of ADDRESSES.entries()) {
      expect(this.world.account(owner)?.balance).toBe(this.model.balances.get(String(index)))
      for (const [at, slot] of SLOTS.entries()) {
        const name = slotName(index, at)
        expect(this.world.slot(owner, slot)).toEqual(bytesOf(this.model.slots.get(name) ?? 0))
        expect(this.world.originalSlot(owner, slot)).toEqual(bytesOf(this.originals.slots.get(name) ?? 0))
      }
    }
  }
}

describe('WorldState', () => {
  test('answers as a model that copies everything at every checkpoint, and its changes lead there', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const pair = new Pair()
        for (const move of steps) {
          pair.take(move)
          pair.compare()
        }
        const { accounts, storage } = pair.world.changes()
        for (const { address: owner, previous, next } of accounts) {
          expect(previous).toEqual(pair.state.account(owner))
          expect(next).toEqual(pair.world.account(owner))
        }
        for (const { address: owner, slot, previous, next } of storage) {
          expect(previous).toEqual(pair.state.storage(owner, slot))
          expect(next).toEqual(pair.world.slot(owner, slot))
          expect(bytesToHex(previous)).not.toBe(bytesToHex(next))
        }
      }),
      { numRuns: 300, seed: 20_261_120 },
    )
  })

  test('forgets the code of a deployment that was undone', () => {
    const world = new WorldState(new MemoryState())
    const [owner] = ADDRESSES as [Address]
    world.checkpoint()
    world.setCode(owner, Uint8Array.of(1, 2))
    expect(world.code(owner)).toEqual(Uint8Array.of(1, 2))
    world.revert()
    expect(world.code(owner)).toHaveLength(0)
    expect(world.changes()).toEqual({ accounts: [], storage: [], code: [] })
    world.setCode(owner, new Uint8Array(0))
    expect(world.account(owner)?.codeHash).toBe(EMPTY_CODE_HASH)
  })

  test('does not go on without the code that an account names', () => {
    const state = new MemoryState()
    const [owner] = ADDRESSES as [Address]
    state.apply(genesisState([genesisAccount(owner, { code: Uint8Array.of(1) })]))
    state.codes.clear()
    expect(() => new WorldState(state).code(owner)).toThrow(
      expect.objectContaining({ code: 'EXECUTION_STATE_MISSING' }),
    )
  })

  test('is used in pairs of checkpoint and commit or revert', () => {
    const world = new WorldState(new MemoryState())
    expect(() => world.commit()).toThrow('follows a checkpoint')
    expect(() => world.revert()).toThrow('follows a checkpoint')
    world.checkpoint()
    expect(() => world.endTransaction()).toThrow('outside of all checkpoints')
  })
})
