import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A query of the dashboard or the alert rules, and where it stands. */
export interface Query {
  readonly place: string
  readonly expression: string
}

interface Panel {
  readonly title: string
  readonly targets?: readonly { readonly expr: string }[]
}

function read(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../../docs/observability/${name}`, import.meta.url)), 'utf8')
}

/** Every query of the dashboard, its variable standing for all nodes. */
export function dashboardQueries(): readonly Query[] {
  const { panels } = JSON.parse(read('dashboard.json')) as { readonly panels: readonly Panel[] }
  return panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ place: title, expression: expr.replaceAll('$instance', '.*') })),
  )
}

/** Every expression of the alert rules. */
export function alertQueries(): readonly Query[] {
  const rules = read('alerts.yml')
    .split(/^ {6}- alert: /m)
    .slice(1)
  return rules.map((rule) => {
    const place = rule.split('\n', 1)[0] ?? ''
    const expression = /^ {8}expr: (?:>-\n((?: {10}.*\n)+)|(.*))/m.exec(rule)
    return { place, expression: (expression?.[1] ?? expression?.[2] ?? '').replaceAll(/\s+/g, ' ').trim() }
  })
}

/** A metric in a query: with what labels it is chosen, and by what function it is read. */
export interface MetricUse {
  readonly name: string
  readonly labels: readonly string[]
  readonly reader: string | undefined
}

/** The metrics that a query reads, but for those that Prometheus makes itself. */
export function metricsIn(expression: string): readonly MetricUse[] {
  const uses = expression.matchAll(
    /(?:\b(rate|increase|deriv)\()?\b((?:poai|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g,
  )
  return [...uses].map(([, reader, name = '', selectors = '']) => ({
    name,
    reader,
    labels: [...selectors.matchAll(/([a-z_]+)\s*[=!]~?/g)].map(([, label = '']) => label),
  }))
}

/** What a query groups by. */
export function groupingsIn(expression: string): readonly string[] {
  return [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
    labels.split(',').map((label) => label.trim()),
  )
}
