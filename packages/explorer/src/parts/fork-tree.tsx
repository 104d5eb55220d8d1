import type { VNode } from 'preact'
import type { Replaced } from '../state/merge-heads.ts'
import { count, short } from '../text/show.ts'
import { Scroll } from './scroll.tsx'

/** Heights that are drawn, at most. */
const SHOWN = 18
const COLUMN = 64
const ROW = 44
const TOP = 40
/** Replaced blocks of one height that are drawn below the one in the chain. */
const MAX_LEFT = 3

/** The newest blocks as a trunk that grows to the right, with replaced blocks as branches. */
export function ForkTree({
  heights,
  replaced,
}: {
  readonly heights: readonly number[]
  readonly replaced: readonly Replaced[]
}): VNode {
  const shown = heights.slice(0, SHOWN).toReversed()
  const [first = 0] = shown
  const left = replaced.filter(({ number }) => number >= first)
  const leftAt = (number: number): readonly Replaced[] =>
    left.filter((entry) => entry.number === number).slice(0, MAX_LEFT)
  const depth = Math.max(0, ...shown.map((number) => leftAt(number).length))
  const x = (number: number): number => (number - first) * COLUMN + COLUMN / 2
  const width = Math.max(1, shown.length) * COLUMN
  const height = TOP + depth * ROW + 24
  return (
    <>
      <Scroll label="Tree of the newest blocks" shows="end">
        <svg
          class="tree"
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={`${replaced.length} blocks left the chain since the page was opened`}
        >
          <line x1="0" y1={TOP} x2={x(shown.at(-1) ?? first)} y2={TOP} class="trunk" />
          {shown.map((number) => (
            <g key={number}>
              {leftAt(number).map((entry, index) => {
                const y = TOP + (index + 1) * ROW
                return (
                  <g key={entry.from}>
                    <path d={branch(x(number - 1), x(number), y)} class="branch" />
                    <circle cx={x(number)} cy={y} r="6" class="off" />
                    <text x={x(number)} y={y + 20}>
                      {short(entry.from, 2)}
                    </text>
                  </g>
                )
              })}
              <circle cx={x(number)} cy={TOP} r="7" class="on" />
              <text x={x(number)} y={TOP - 16}>
                {count(number)}
              </text>
            </g>
          ))}
        </svg>
      </Scroll>
      {left.length === 0 ? <p class="muted">None of these blocks was replaced.</p> : null}
    </>
  )
}

/** A curve down from the parent in the trunk. */
function branch(from: number, until: number, y: number): string {
  const middle = (from + until) / 2
  return `M ${from} ${TOP} C ${middle} ${TOP}, ${middle} ${y}, ${until} ${y}`
}
