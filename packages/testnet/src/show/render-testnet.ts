import type { NodeStatusJson } from '@poai/api/client'
import type { TestnetView } from '../nodes/testnet.ts'
import type { NodeView } from '../nodes/testnet-node.ts'
import { formatBytes, formatCount, formatSeconds } from '../terminal/format-quantity.ts'
import { examLines } from './exam-lines.ts'
import { BOLD, type Canvas, createPainter, DIM, RED } from './paint.ts'

/** What is shown above the table. */
export interface TestnetHeading {
  readonly network: string
  readonly elapsedSeconds: number
  /** By the clock of `performance`. */
  readonly nowMs: number
  readonly spacingSeconds: number
  /** The height at which the run ends, if there is one. */
  readonly goal: number | undefined
  /** Newest last. */
  readonly events: readonly string[]
}

interface Column {
  readonly title: string
  readonly width: number
  readonly align: 'left' | 'right'
  readonly cell: (node: NodeView) => string
}

/** The width that the wide table needs. */
const WIDE = 132
const GAP = ' '
const WIDE_GAP = '  '
/** Newest events shown; the exam gets the rows that are left. */
const MAX_EVENTS = 3
const NONE = '-'

const left = (title: string, width: number, cell: Column['cell']): Column => ({ title, width, align: 'left', cell })
const right = (title: string, width: number, cell: Column['cell']): Column => ({ title, width, align: 'right', cell })

const said =
  (textOf: (status: NodeStatusJson) => string): Column['cell'] =>
  ({ status }) =>
    status === undefined ? NONE : textOf(status)

const engine = said((status) => status.engine.program ?? NONE)
const height = said(({ head }) => String(head.number))
const peers = said((status) => String(status.peers))
const attempts = ({ plan, status }: NodeView): string =>
  plan.mining === undefined || !status?.miner ? NONE : formatRate(status.miner.attemptsPerSecond)
const replays = said((status) => formatRate(status.replays.perSecond))
const difficulty = said(({ head }) => formatCount(Number(head.difficulty)))
const memory = said(({ memoryBytes }) => formatBytes(memoryBytes))
const hash = (digits: number): Column['cell'] => said(({ head }) => head.hash.slice(0, digits + 2))
const reorganisations = ({ status, totals }: NodeView): string =>
  status === undefined ? NONE : String(totals.reorganisations)

const NARROW_COLUMNS: readonly Column[] = [
  left('NODE', 7, ({ plan }) => plan.name),
  left('ROLE', 9, ({ plan, state }) => (SHOWN_STATES.has(state) ? state : plan.role)),
  left('ENGINE', 9, engine),
  right('HEIGHT', 6, height),
  left('HEAD', 8, hash(6)),
  right('PEERS', 5, peers),
  right('TRY/S', 5, attempts),
  right('RPL/S', 5, replays),
  right('DIFF', 5, difficulty),
  right('REORG', 5, reorganisations),
  right('MEM', 6, memory),
]

const WIDE_COLUMNS: readonly Column[] = [
  left('NODE', 8, ({ plan }) => plan.name),
  left('ROLE', 9, ({ plan }) => plan.role),
  left('STATE', 10, ({ state }) => state),
  left('ENGINE', 9, engine),
  right('HEIGHT', 6, height),
  left('HEAD', 12, hash(10)),
  right('PEERS', 5, peers),
  right('ATTEMPTS/S', 10, attempts),
  right('REPLAYS/S', 9, replays),
  right('DIFFICULTY', 10, difficulty),
  right('REORGS', 6, ({ status, totals }) =>
    status === undefined
      ? NONE
      : totals.deepestReorganisation > 1
        ? `${totals.reorganisations} (${totals.deepestReorganisation})`
        : String(totals.reorganisations),
  ),
  right('MINED', 6, ({ plan, totals }) => (plan.mining === undefined ? NONE : String(totals.blocksMined))),
  right('MEMORY', 8, memory),
]

/** States that are shown instead of the role where there is no room for both. */
const SHOWN_STATES: ReadonlySet<string> = new Set([
  'starting',
  'opening',
  'self-test',
  'no-peers',
  'syncing',
  'down',
  'abstaining',
])

/** The picture of a testnet: lines that fit on the canvas. */
export function renderTestnet(view: TestnetView, heading: TestnetHeading, canvas: Canvas): readonly string[] {
  const [columns, gap] = canvas.width >= WIDE ? [WIDE_COLUMNS, WIDE_GAP] : [NARROW_COLUMNS, GAP]
  const paint = createPainter(canvas)
  const table = [
    paint(
      row(columns, gap, ({ title }) => title),
      BOLD,
    ),
    ...view.nodes.map((node) =>
      paint(
        row(columns, gap, ({ cell }) => cell(node)),
        node.state === 'down' ? RED : 0,
      ),
    ),
  ]
  const top = [paint(headline(view, heading), BOLD), paint(outlook(view, heading), DIM), '', ...table]
  const events = heading.events.slice(-MAX_EVENTS).map((event) => paint(event, DIM))
  const room = canvas.height - 1 - top.length - (events.length > 0 ? events.length + 1 : 0)
  const exam = examLines(view.exam, paint).slice(0, Math.max(0, room - 1))
  return [...top, ...(exam.length > 0 ? ['', ...exam] : []), ...(events.length > 0 ? ['', ...events] : [])].slice(
    0,
    Math.max(1, canvas.height - 1),
  )
}

function headline({ head }: TestnetView, { network, elapsedSeconds, goal, nowMs }: TestnetHeading): string {
  const height = head?.number ?? 0
  const end = goal === undefined ? '' : `, stops at ${goal}`
  const isNew = head === undefined || height === 0
  const age = isNew ? '' : `, ${formatSeconds((nowMs - head.atMs) / 1000)} ago`
  return `${network}  block ${height}${age}${end}  up ${formatSeconds(elapsedSeconds)}`
}

/** What to expect, which shows whether a long wait is chance or a busy machine. */
function outlook({ nodes }: TestnetView, { spacingSeconds }: TestnetHeading): string {
  const perSecond = nodes.reduce((sum, { status }) => sum + (status?.miner?.attemptsPerSecond ?? 0), 0)
  const needed = Math.max(0, ...nodes.map(({ status }) => Number(status?.head.difficulty ?? 0)))
  if (perSecond === 0) return `no miner is at work; the target is a block every ${spacingSeconds} s`
  const speed = `${formatRate(perSecond)} attempts/s, ${formatCount(needed)} per block`
  return `${speed}: expect one every ${formatSeconds(needed / perSecond)} (target ${spacingSeconds} s)`
}

function row(columns: readonly Column[], gap: string, textOf: (column: Column) => string): string {
  return columns
    .map((column) => {
      const text = textOf(column).slice(0, column.width)
      return column.align === 'left' ? text.padEnd(column.width) : text.padStart(column.width)
    })
    .join(gap)
    .trimEnd()
}

function formatRate(perSecond: number): string {
  if (perSecond >= 99.5) return formatCount(perSecond)
  return perSecond.toFixed(1)
}
