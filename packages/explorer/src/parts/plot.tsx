import { defined } from '@poai/core'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { theme } from './theme-button.tsx'

/** One line of a plot. */
export interface Line {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** A colour of the page's palette. */
  readonly colour: 'accent' | 'good' | 'warm' | 'faint'
  readonly isDotted?: boolean
  /** Only marks, no line between them. */
  readonly isScattered?: boolean
}

const HEIGHT = 220

/** A plot over block numbers. */
export function Plot({
  title,
  unit,
  at,
  lines,
}: {
  readonly title: string
  readonly unit: string
  readonly at: readonly number[]
  readonly lines: readonly Line[]
}): VNode {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  const data = [at, ...lines.map(({ values }) => values)] as uPlot.AlignedData
  const chosen = theme.value
  // A plot is created for each theme and set of lines. The numbers change often, and are passed to the existing plot.
  const shape = JSON.stringify([chosen, lines.map(({ label }) => label)])
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const made = new uPlot(optionsOf(element, lines, unit), data, element)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [shape])
  useEffect(() => plot.current?.setData(data), [JSON.stringify(data)])
  const newest = lines.map(({ label, values }) => `${label} ${format(values.findLast((value) => value !== null) ?? 0)}`)
  return (
    <figure class="plot">
      <figcaption>
        {title} <span class="muted">{unit}</span>
      </figcaption>
      <div ref={host} role="img" aria-label={`${title}: ${newest.join(', ')} ${unit}`} />
    </figure>
  )
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

function format(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}

/** Room above the largest value. */
const HEADROOM = 1.15

/** Sizes are compared by eye, so their axis begins at zero. */
function fromZero(_: uPlot, __: number, max: number): uPlot.Range.MinMax {
  return [0, Number.isFinite(max) && max > 0 ? max * HEADROOM : 1]
}

function optionsOf(element: HTMLElement, lines: readonly Line[], unit: string): uPlot.Options {
  const [ink, grid] = [colour('muted'), colour('rule')]
  const axis = { stroke: ink, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } }
  return {
    width: element.clientWidth,
    height: HEIGHT,
    scales: { x: { time: false }, y: { range: fromZero } },
    legend: { show: lines.length > 1, live: false },
    cursor: { y: false },
    axes: [axis, { ...axis, size: 64, values: (_, values) => values.map(format) }],
    series: [
      { label: 'Block' },
      ...lines.map(
        ({ label, colour: name, isDotted, isScattered }): uPlot.Series => ({
          label,
          stroke: colour(name),
          width: 2,
          value: (_, value) => (value === null ? '–' : `${format(value)} ${unit}`),
          ...defined({ dash: isDotted === true ? [6, 6] : undefined }),
          ...(isScattered === true
            ? { paths: () => null, points: { show: true, size: 5, fill: colour(name) } }
            : { points: { show: false } }),
        }),
      ),
    ],
  }
}
