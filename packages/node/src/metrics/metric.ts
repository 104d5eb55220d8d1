import type { Subscribe } from '@poai/core'

/** One value of a metric. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** What a row reads; undefined if there is nothing to show. */
export type Reading = readonly Sample[] | number | undefined

interface Described {
  /** Ends with the unit. */
  readonly name: string
  readonly help: string
  readonly labels?: readonly string[]
}

/** A metric that is read from a part of the node when Prometheus asks: parts know their figures anyway. */
export interface MetricRow<Source> extends Described {
  /** A `counter` only grows until the node restarts. */
  readonly kind: 'gauge' | 'counter'
  read(source: Source): Reading | Promise<Reading>
}

/** A metric of durations, which are recorded as they happen. */
export interface HistogramRow extends Described {
  readonly kind: 'histogram'
  readonly buckets: readonly number[]
  readonly observations: Subscribe<Sample>
}

/** Stands for one reading of all metrics. */
export type Scrape = object

/** A metric that a wing brings. */
export type Metric = MetricRow<Scrape> | HistogramRow

/** Binds rows to their source. Each scrape looks at it once, so all its rows tell of the same moment. */
export function readFrom<Source>(rows: readonly MetricRow<Source>[], look: () => Source): readonly Metric[] {
  const seen = new WeakMap<Scrape, { readonly source: Source }>()
  const lookOnce = (scrape: Scrape): Source => {
    const { source } = seen.get(scrape) ?? { source: look() }
    seen.set(scrape, { source })
    return source
  }
  return rows.map((row) => ({ ...row, read: (scrape) => row.read(lookOnce(scrape)) }))
}

/** One sample for each member of an object of counts. */
export function byLabel(
  label: string,
  counts: Readonly<Record<string, number | undefined>> | undefined,
): readonly Sample[] {
  return Object.entries(counts ?? {}).map(([name, value = 0]) => ({ labels: { [label]: name }, value }))
}

/** Zero for what has not happened yet, so that the first time shows as a change. */
export function zeros(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name) => [name, 0]))
}
