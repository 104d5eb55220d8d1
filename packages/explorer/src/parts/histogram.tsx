import type { VNode } from 'preact'

/** How many values lie between each limit and the one before it; the last bar counts those above all limits. */
export function Histogram({
  label,
  limits,
  values,
}: {
  readonly label: string
  readonly limits: readonly number[]
  readonly values: readonly number[]
}): VNode {
  const bars = [...limits, Number.POSITIVE_INFINITY].map((limit, index) => ({
    name: limit === Number.POSITIVE_INFINITY ? 'more' : `< ${limit}`,
    count: values.filter((value) => value < limit && value >= (limits[index - 1] ?? Number.NEGATIVE_INFINITY)).length,
  }))
  const highest = Math.max(1, ...bars.map(({ count }) => count))
  return (
    <ol class="histogram" aria-label={label}>
      {bars.map(({ name, count }) => (
        <li key={name}>
          <span class="count">{count}</span>
          <svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
            <rect x="0" y={100 - (100 * count) / highest} width="10" height={(100 * count) / highest} />
          </svg>
          <span class="muted">{name}</span>
        </li>
      ))}
    </ol>
  )
}
