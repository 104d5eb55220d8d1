import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { HistogramRow, Metric, MetricRow, Scrape } from './metric.ts'

/** The metrics of a node in the text format of Prometheus. */
export interface MetricsPage {
  readonly contentType: string
  render(): Promise<string>
}

/** A page with its own registry, so that several nodes can run in one process. */
export function createMetricsPage(metrics: readonly Metric[]): MetricsPage {
  const registry = new Registry()
  const writers = metrics.flatMap((metric) => {
    if (metric.kind !== 'histogram') return [createWriter(metric, registry)]
    observe(metric, registry)
    return []
  })
  collectDefaultMetrics({ register: registry })
  return {
    contentType: registry.contentType,
    render: async () => {
      const scrape: Scrape = {}
      for (const write of writers) await write(scrape)
      return registry.metrics()
    },
  }
}

/** Replaces what a row read last time with what it reads now. */
function createWriter(row: MetricRow<Scrape>, registry: Registry): (scrape: Scrape) => Promise<void> {
  const { name, help, kind, labels = [] } = row
  const options = { name, help, labelNames: [...labels], registers: [registry] }
  const metric = kind === 'gauge' ? new Gauge(options) : new Counter(options)
  return async (scrape) => {
    const read = await row.read(scrape)
    const samples = typeof read === 'number' ? [{ value: read }] : (read ?? [])
    metric.reset()
    if (samples.length === 0 && labels.length === 0) metric.remove()
    for (const sample of samples) metric.inc({ ...sample.labels }, sample.value)
  }
}

function observe({ name, help, labels = [], buckets, observations }: HistogramRow, registry: Registry): void {
  const histogram = new Histogram({
    ...{ name, help },
    labelNames: [...labels],
    buckets: [...buckets],
    registers: [registry],
  })
  observations(({ labels: values = {}, value }) => histogram.observe(values, value))
}
