import { join } from 'node:path'
import { expect, it } from 'vitest'
import { METRIC_TABLE } from '../../src/metrics/metric-table.ts'
import { alertQueries, dashboardQueries, groupingsIn, metricsIn, type Query } from '../support/queries.ts'
import { testFolder, testNode } from '../support/test-node.ts'

/** The types of all metrics, as a real node serves them. */
async function servedTypes(): Promise<ReadonlyMap<string, string>> {
  const { node, lines } = testNode(join(await testFolder(), 'data'), { 'metrics-port': '0' })
  await node.start()
  const { http } = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'Serving metrics')
  const page = await (await fetch(`${http}/metrics`)).text()
  return new Map([...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]))
}

/** Labels by metric, for those that are told in full only when something happened. */
const LABELS: ReadonlyMap<string, readonly string[]> = new Map([
  ...METRIC_TABLE.map(({ name, labels = [] }) => [name, labels] as const),
  ['poai_replay_seconds', ['outcome', 'le']],
  ['poai_rpc_call_seconds', ['method', 'outcome', 'le']],
])

/** What is wrong with a query. */
function faultsOf({ expression }: Query, types: ReadonlyMap<string, string>): readonly string[] {
  const uses = metricsIn(expression).map((use) => {
    const base = use.name.replace(/_(bucket|sum|count)$/, '')
    const isPart = base !== use.name && /histogram|summary/.test(types.get(base) ?? '')
    const metric = isPart ? base : use.name
    return { ...use, metric, type: isPart ? 'counter' : types.get(metric), known: LABELS.get(metric) ?? [] }
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
  const types = await servedTypes()
  const faults = [...dashboard, ...alerts].flatMap((query) =>
    faultsOf(query, types).map((fault) => `${query.place}: ${fault}`),
  )
  expect(faults).toEqual([])
})

it('finds a query that reads what no node serves', async () => {
  const types = await servedTypes()
  const faults = (expression: string): readonly string[] => faultsOf({ place: 'here', expression }, types)
  expect(faults('poai_chain_head_height')).toEqual(['there is no poai_chain_head_height'])
  expect(faults('rate(poai_chain_head_number[5m])')).toHaveLength(1)
  expect(faults('poai_replays_total')).toHaveLength(1)
  expect(faults('sum by (peer) (poai_p2p_peers{way="in"})')).toHaveLength(2)
  expect(faults('')).toHaveLength(1)
})

it('every metric of the table is served, named after its unit or a count', async () => {
  const types = await servedTypes()
  const misnamed = METRIC_TABLE.filter(
    ({ name, kind }) => types.get(name) !== kind || (kind === 'counter') !== name.endsWith('_total'),
  )
  expect(misnamed.map(({ name }) => name)).toEqual([])
})
