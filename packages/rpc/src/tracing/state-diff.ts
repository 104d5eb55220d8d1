import { toQuantity, toWord } from '@poai/api'
import type { AccountDiffJson, ReplayJson } from '@poai/api/client'
import { bytesToHex, type Hex } from '@poai/core'
import type { AccountChange, StorageChange } from '@poai/execution'
import { codeOf } from './code-of.ts'
import type { Traced, TracerPlace } from './tracer.ts'

const ACCOUNT_CHARACTERS = 400
const SLOT_CHARACTERS = 250

type Difference = AccountDiffJson['balance']
/** What happened to the account itself. */
type Fate = 'changed' | 'born' | 'died'

/** What a transaction changed, in Parity's form. */
export function stateDiff(
  traced: Traced,
  { state, grow }: Pick<TracerPlace, 'state' | 'grow'>,
): NonNullable<ReplayJson['stateDiff']> {
  const { accounts, storage } = traced.changes
  const changes = new Map(accounts.map((change) => [bytesToHex(change.address), change]))
  const slots = Map.groupBy(storage, ({ address }) => bytesToHex(address))
  const shown: { [address: string]: AccountDiffJson } = {}
  for (const name of new Set([...changes.keys(), ...slots.keys()])) {
    grow(ACCOUNT_CHARACTERS)
    const change = changes.get(name)
    const fate = fateOf(change)
    const show = (read: (account: AccountChange['previous']) => Hex): Difference =>
      change === undefined ? '=' : differenceOf(fate, read(change.previous), read(change.next))
    const showCode = (account: AccountChange['previous']): Hex => codeOf(account, { state, traced }) ?? '0x'
    const code = show(showCode)
    grow(JSON.stringify(code).length)
    shown[name] = {
      balance: show((account) => toQuantity(account?.balance ?? 0n)),
      code,
      nonce: show((account) => toQuantity(account?.nonce ?? 0n)),
      storage: Object.fromEntries((slots.get(name) ?? []).map((slot) => showSlot(slot, { fate, grow }))),
    }
  }
  return shown
}

function fateOf(change: AccountChange | undefined): Fate {
  if (change === undefined || (change.previous !== undefined && change.next !== undefined)) return 'changed'
  return change.previous === undefined ? 'born' : 'died'
}

function differenceOf(fate: Fate, from: Hex, to: Hex): Difference {
  if (fate === 'born') return { '+': to }
  if (fate === 'died') return { '-': from }
  return from === to ? '=' : { '*': { from, to } }
}

function showSlot(
  { slot, previous, next }: StorageChange,
  { fate, grow }: { readonly fate: Fate; readonly grow: TracerPlace['grow'] },
): readonly [string, Difference] {
  grow(SLOT_CHARACTERS)
  return [bytesToHex(slot), differenceOf(fate, wordOf(previous), wordOf(next))]
}

function wordOf(value: Uint8Array): Hex {
  return toWord(value.length === 0 ? 0n : BigInt(bytesToHex(value)))
}
