/** A metric as Prometheus sees it. */
export interface Metric {
  readonly type: string
  /** Values by label. Of one whose values depend on what happened: none. */
  readonly labels: Readonly<Record<string, readonly string[]>>
}

/** Labels whose values are of one node or one moment. */
const OPEN_LABELS = new Set(['version', 'network', 'role', 'model', 'domain', 'method', 'le', 'quantile'])
/** Metrics that tell an outcome only after it has happened. */
const OPEN_METRICS = new Set(['poai_replay_seconds', 'poai_rpc_call_seconds'])

/** The node's own metrics by name, in pages of several nodes. Those of Node itself depend on its version. */
export function metricsIn(pages: readonly string[]): Readonly<Record<string, Metric>> {
  const page = pages.join('\n')
  const types = new Map(
    [...page.matchAll(/^# TYPE (poai_\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  )
  const labels = new Map<string, Map<string, Set<string>>>()
  for (const [, sample = '', pairs = ''] of page.matchAll(/^(poai_\w+)\{(.*)\} /gm)) {
    const name = types.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, '')
    const ofMetric = labels.get(name) ?? new Map<string, Set<string>>()
    labels.set(name, ofMetric)
    for (const [, label = '', value = ''] of pairs.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      const values = ofMetric.get(label) ?? new Set()
      ofMetric.set(label, values)
      if (!OPEN_LABELS.has(label) && !OPEN_METRICS.has(name)) values.add(value)
    }
  }
  const sorted = [...types].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    sorted.map(([name, type]) => {
      const rows = [...(labels.get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
      return [name, { type, labels: Object.fromEntries(rows.map(([label, values]) => [label, [...values].sort()])) }]
    }),
  )
}
