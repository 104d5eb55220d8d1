import { toQuantity, toWord } from '@poai/api'
import {
  type Address,
  bytesToHex,
  defined,
  EMPTY_CODE_HASH,
  equalBytes,
  type Hash32,
  type Hex,
  type JsonValue,
} from '@poai/core'
import type { Account } from '@poai/execution'
import { codeOf } from './code-of.ts'
import type { Traced, Tracer, TracerPlace } from './tracer.ts'

/** What a prestate tracer shows. */
export interface PrestateOptions {
  /** Only what changed, before and after. */
  readonly isDiff: boolean
  readonly withCode: boolean
  readonly withStorage: boolean
  /** Accounts too that were not there before. */
  readonly withEmpty: boolean
}

/** An account as it is shown. */
type Shown = {
  balance?: Hex
  nonce?: number
  code?: Hex
  storage?: { [slot: string]: Hex }
}

/** A slot and what it holds. */
interface Slot {
  readonly address: Address
  readonly slot: Hash32
  readonly value: Uint8Array
}

/** What a transaction read, as it was before, or what it changed: geth's `prestateTracer`. */
export function createPrestateTracer(options: PrestateOptions, { state, grow }: TracerPlace): Tracer {
  const withCode = (account: Account | undefined, traced: Traced): Hex | undefined => {
    const code = options.withCode ? codeOf(account, { state, traced }) : undefined
    if (code !== undefined) grow(code.length)
    return code
  }
  const before = (traced: Traced): Map<string, Shown> => {
    const shown = new Map<string, Shown>()
    for (const { address, account } of traced.reads.accounts) {
      if (account === undefined && !options.withEmpty) continue
      grow(ACCOUNT_CHARACTERS)
      shown.set(bytesToHex(address), {
        balance: toQuantity(account?.balance ?? 0n),
        ...defined({
          nonce: account === undefined || account.nonce === 0n ? undefined : Number(account.nonce),
          code: withCode(account, traced),
        }),
      })
    }
    return shown
  }
  const addSlots = (shown: ReadonlyMap<string, Shown>, slots: Iterable<Slot>): void => {
    if (!options.withStorage) return
    for (const { address, slot, value } of slots) {
      const account = shown.get(bytesToHex(address))
      if (account === undefined) continue
      grow(SLOT_CHARACTERS)
      account.storage ??= {}
      account.storage[bytesToHex(slot)] = toWord(value.length === 0 ? 0n : BigInt(bytesToHex(value)))
    }
  }
  const difference = (traced: Traced): JsonValue => {
    const { accounts, storage } = traced.changes
    const changed = new Set<string>([...accounts, ...storage].map(({ address }) => bytesToHex(address)))
    const deleted = new Set<string>(
      accounts.filter(({ next }) => next === undefined).map(({ address }) => bytesToHex(address)),
    )
    const pre = new Map([...before(traced)].filter(([name]) => changed.has(name)))
    addSlots(
      pre,
      storage.filter(({ previous }) => previous.length > 0).map((slot) => ({ ...slot, value: slot.previous })),
    )
    const post = new Map<string, Shown>()
    for (const name of changed) if (!deleted.has(name)) post.set(name, {})
    for (const { address, previous, next } of accounts) {
      const account = post.get(bytesToHex(address))
      if (account === undefined || next === undefined) continue
      if (next.balance !== (previous?.balance ?? 0n)) account.balance = toQuantity(next.balance)
      if (next.nonce !== (previous?.nonce ?? 0n)) account.nonce = Number(next.nonce)
      const code = equalBytes(next.codeHash, previous?.codeHash ?? EMPTY_CODE_HASH) ? undefined : withCode(next, traced)
      if (code !== undefined) account.code = code
    }
    addSlots(
      post,
      storage.filter(({ next }) => next.length > 0).map((slot) => ({ ...slot, value: slot.next })),
    )
    return { post: Object.fromEntries(post), pre: Object.fromEntries(pre) }
  }
  return {
    hooks: {},
    result: (traced) => {
      if (options.isDiff) return difference(traced)
      const shown = before(traced)
      addSlots(shown, traced.reads.slots)
      return Object.fromEntries(shown)
    },
  }
}

const ACCOUNT_CHARACTERS = 150
const SLOT_CHARACTERS = 140
