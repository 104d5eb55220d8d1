import type { Subscribe } from '@poai/core'

/** One value of a metric. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** What a row reads: undefined where there is nothing to show. */
export type Reading = readonly Sample[] | number | undefined

interface Described {
  /** Ends in the unit. */
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
}

/** A metric that is read from a source when somebody asks: from what a part of the node knows anyway. */
export interface MetricRow<Source> extends Described {
  /** `counter`: only grows until the node is started again. */
  readonly kind: 'gauge' | 'counter'
  read(source: Source): Reading | Promise<Reading>
}

/** A metric of times that are measured as they pass. */
export interface HistogramRow extends Described {
  readonly kind: 'histogram'
  readonly buckets: readonly number[]
  readonly observations: Subscribe<Sample>
}

/** A metric that a wing brings. */
export type Metric = MetricRow<void> | HistogramRow

/** The rows, reading from what `look` finds. */
export function readFrom<Source>(rows: readonly MetricRow<Source>[], look: () => Source): readonly Metric[] {
  return rows.map((row) => ({ ...row, read: () => row.read(look()) }))
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
