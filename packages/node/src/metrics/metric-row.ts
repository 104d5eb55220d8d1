import type { MetricsSnapshot } from './metrics-snapshot.ts'

/** One value of a metric. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric that is read when somebody asks, from what the parts of the node know anyway. */
export interface MetricRow {
  /** Ends in the unit. */
  readonly name: string
  /** `counter`: only grows until the node is started again. */
  readonly kind: 'gauge' | 'counter'
  readonly help: string
  readonly labels?: readonly string[]
  read(snapshot: MetricsSnapshot): readonly Sample[] | number | undefined
}

/** A sample for each member of an object of counts. */
export function byLabel(
  label: string,
  counts: Readonly<Record<string, number | undefined>> | undefined,
): readonly Sample[] {
  return Object.entries(counts ?? {}).map(([name, value = 0]) => ({ labels: { [label]: name }, value }))
}

/** What did not happen yet, so that the first time shows as a change. */
export function zeros(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name) => [name, 0]))
}
