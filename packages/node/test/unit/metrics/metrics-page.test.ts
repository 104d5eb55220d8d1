import { expect, it } from 'vitest'
import { type Metric, type MetricRow, readFrom } from '../../../src/metrics/metric.ts'
import { createMetricsPage } from '../../../src/metrics/metrics-page.ts'

function row(name: string): MetricRow<number> {
  return { name, kind: 'gauge', help: 'for the test', read: (source) => source }
}

it('looks at each source once for a page, and again for the next one', async () => {
  let looks = 0
  const metrics: readonly Metric[] = readFrom([row('first'), row('second')], () => ++looks)
  const page = createMetricsPage(metrics)
  expect(await page.render()).toMatch(/^first 1$[\s\S]*^second 1$/m)
  expect(await page.render()).toMatch(/^first 2$[\s\S]*^second 2$/m)
})

it('looks anew for each of two pages that are read at one time', async () => {
  let looks = 0
  const slow: MetricRow<number> = { ...row('slow'), read: async (source) => source }
  const page = createMetricsPage(readFrom([slow, row('fast')], () => ++looks))
  await Promise.all([page.render(), page.render()])
  expect(looks).toBe(2)
})
