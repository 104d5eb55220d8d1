import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Metric } from '../../src/metrics/metric.ts'
import { alertQueries, dashboardQueries, groupingsIn, metricsIn, type Query } from '../support/queries.ts'
import { loggedUrl, testFolder, testNode } from '../support/test-node.ts'

interface Served {
  readonly types: ReadonlyMap<string, string>
  /** What its wings bring. */
  readonly metrics: readonly Metric[]
}

/** The metrics that a real node serves. */
async function served(): Promise<Served> {
  const test = testNode(join(await testFolder(), 'data'), { flags: { 'metrics-port': '0' } })
  await test.node.start()
  const page = await (await fetch(`${loggedUrl(test, 'Serving metrics')}/metrics`)).text()
  const types = new Map([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]))
  return { types, metrics: test.metrics }
}

/** Labels of a metric, whether or not something happened that shows them. */
function labelsOf(metrics: readonly Metric[], name: string): readonly string[] {
  const metric = metrics.find((found) => found.name === name)
  return [...(metric?.labels ?? []), ...(metric?.kind === 'histogram' ? ['le'] : [])]
}

/** What is wrong with a query. */
function faultsOf({ expression }: Query, { types, metrics }: Served): readonly string[] {
  const uses = metricsIn(expression).map((use) => {
    const base = use.name.replace(/_(bucket|sum|count)$/, '')
    const isPart = base !== use.name && /histogram|summary/.test(types.get(base) ?? '')
    const metric = isPart ? base : use.name
    return { ...use, metric, type: isPart ? 'counter' : types.get(metric), known: labelsOf(metrics, metric) }
  })
  if (uses.length === 0 && expression !== 'up{job="poai"} == 0') return ['reads no metric of a node']
  const groups = new Set(['instance', ...uses.flatMap(({ known }) => known)])
  return [
    ...uses.filter(({ type }) => type === undefined).map(({ name }) => `there is no ${name}`),
    ...uses
      .filter(({ type, reader }) => (type === 'counter') !== (reader === 'rate' || reader === 'increase'))
      .map(({ name, reader = 'nothing', type }) => `${name} is a ${type} and read by ${reader}`),
    ...uses.flatMap(({ name, labels, known }) =>
      labels
        .filter((label) => !['instance', 'job', ...known].includes(label))
        .map((label) => `${name} has no ${label}`),
    ),
    ...groupingsIn(expression)
      .filter((label) => !groups.has(label))
      .map((label) => `groups by ${label}, which none has`),
  ]
}

it('every query of the dashboard and the alerts reads what a node serves', async () => {
  const [dashboard, alerts] = [dashboardQueries(), alertQueries()]
  expect(dashboard.length).toBeGreaterThan(40)
  expect(alerts.length).toBeGreaterThan(10)
  const node = await served()
  const faults = [...dashboard, ...alerts].flatMap((query) =>
    faultsOf(query, node).map((fault) => `${query.place}: ${fault}`),
  )
  expect(faults).toEqual([])
})

it('finds a query that reads what no node serves', async () => {
  const node = await served()
  const faults = (expression: string): readonly string[] => faultsOf({ place: 'here', expression }, node)
  expect(faults('poai_chain_head_height')).toEqual(['there is no poai_chain_head_height'])
  expect(faults('rate(poai_chain_head_number[5m])')).toHaveLength(1)
  expect(faults('poai_replays_total')).toHaveLength(1)
  expect(faults('sum by (peer) (poai_p2p_peers{way="in"})')).toHaveLength(2)
  expect(faults('')).toHaveLength(1)
})

it('every metric of a wing is served, named after its unit or a count', async () => {
  const { types, metrics } = await served()
  const misnamed = metrics.filter(
    ({ name, kind }) => types.get(name) !== kind || (kind === 'counter') !== name.endsWith('_total'),
  )
  expect(misnamed.map(({ name }) => name)).toEqual([])
})
