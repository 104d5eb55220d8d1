import type { ComponentChildren, VNode } from 'preact'
import { to } from '../router.ts'
import { short } from '../text/show.ts'

/** Names and what they stand for. */
export function Fields({ rows }: { readonly rows: readonly (readonly [string, ComponentChildren])[] }): VNode {
  return (
    <dl class="fields">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A figure with its name; three dots until it is known. */
export function Figure({
  name,
  value,
  note,
}: {
  readonly name: string
  readonly value: string | undefined
  readonly note?: string | undefined
}): VNode {
  return (
    <div class="figure">
      <span class="name">{name}</span>
      <span class="value">{value ?? '…'}</span>
      <span class="note">{note ?? ' '}</span>
    </div>
  )
}

/** A link to an account. */
export function Account({
  address,
  isWhole = false,
}: {
  readonly address: string | null
  readonly isWhole?: boolean
}): VNode {
  if (address === null) return <span class="muted">new contract</span>
  return (
    <a class="mono" href={to('address', address)} title={address}>
      {isWhole ? address : short(address)}
    </a>
  )
}

/** A link to a block. */
export function BlockLink({ number }: { readonly number: number }): VNode {
  return <a href={to('block', number)}>{number.toLocaleString('en')}</a>
}

/** A link to a transaction. */
export function TransactionLink({ hash }: { readonly hash: string }): VNode {
  return (
    <a class="mono" href={to('tx', hash)} title={hash}>
      {short(hash)}
    </a>
  )
}

/** A hash in full; it may wrap anywhere. */
export function Hash({ value }: { readonly value: string }): VNode {
  return <span class="mono long">{value}</span>
}
