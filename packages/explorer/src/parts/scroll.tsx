import type { ComponentChildren, VNode } from 'preact'

/** Content that may be wider than the page: it scrolls by itself, also by keyboard. */
export function Scroll({
  label,
  shows = 'start',
  children,
}: {
  readonly label: string
  /** The side that is seen first. */
  readonly shows?: 'start' | 'end'
  readonly children: ComponentChildren
}): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it nobody could scroll a wide table by keyboard (WCAG 2.1.1)
    <section class={`scroll shows-${shows}`} tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}
