import type { ComponentChildren, VNode } from 'preact'
import type { Answer } from '../state/use-answer.ts'

/** Shows the answer, or that it is still loading, or why there is none. */
export function Answered<T>({
  answer,
  children,
}: {
  readonly answer: Answer<T>
  readonly children: (value: T) => ComponentChildren
}): VNode {
  if (answer.kind === 'waiting') return <p class="muted">Loading…</p>
  if (answer.kind === 'failed') return <p class="problem">The node says: {answer.message}</p>
  return <>{children(answer.value)}</>
}
