import type { ComponentChildren, VNode } from 'preact'
import type { Answer } from '../state/use-answer.ts'

/** Shows what was found, or that it is still asked for, or why there is nothing. */
export function Answered<T>({
  answer,
  children,
}: {
  readonly answer: Answer<T>
  readonly children: (value: T) => ComponentChildren
}): VNode {
  if (answer.kind === 'waiting') return <p class="muted">Asking the node…</p>
  if (answer.kind === 'failed') return <p class="problem">The node says: {answer.message}</p>
  return <>{children(answer.value)}</>
}
