import type { AccuracyJson, HeaderJson } from '@poai/api/client'
import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { type GradeWindow, gradeWindows } from '../state/grade-windows.ts'
import { useGrades } from '../state/use-grades.ts'
import { count, nats } from '../text/show.ts'
import { Scroll } from './scroll.tsx'

/** How many blocks back people can look. */
const SPANS = [60, 120, 240] as const
const COLUMNS = 12
/** The hottest colour. */
const HOTTEST = 6

type Family = AccuracyJson['families'][number]

/** How often the model is right, by family of quizzes and over the blocks. */
export function GradeGrid({ known }: { readonly known: readonly HeaderJson[] }): VNode {
  const [span, setSpan] = useState<number>(SPANS[0])
  const size = span / COLUMNS
  const windows = gradeWindows(known, size, COLUMNS)
  const { known: grades, problem } = useGrades(windows)
  const families = [...new Set(grades.flatMap((window) => window?.families.map(({ family }) => family) ?? []))].sort()
  return (
    <>
      <div class="title">
        <p class="muted">Right answers by family of quizzes. Each column is {size} blocks, the newest on the right.</p>
        <fieldset class="choices">
          <legend class="sr-only">Blocks to look back</legend>
          {SPANS.map((choice) => (
            <button key={choice} type="button" aria-pressed={choice === span} onClick={() => setSpan(choice)}>
              {choice}
            </button>
          ))}
        </fieldset>
      </div>
      {problem === undefined ? null : <p class="problem">The node says: {problem}</p>}
      {windows.length === 0 ? <p class="muted">The first column appears with block {size}.</p> : null}
      {windows.length > 0 && families.length === 0 && problem === undefined ? (
        <p class="muted">The node is repeating these exams with its model…</p>
      ) : null}
      {families.length === 0 ? null : <Grid windows={windows} grades={grades} families={families} />}
    </>
  )
}

function Grid({
  windows,
  grades,
  families,
}: {
  readonly windows: readonly GradeWindow[]
  readonly grades: readonly (AccuracyJson | undefined)[]
  readonly families: readonly string[]
}): VNode {
  return (
    <Scroll label="Accuracy by family and block" shows="end">
      <table class="grades">
        <thead>
          <tr>
            <th>Up to block</th>
            <th class="number">Right</th>
            <th class="number wide">Mean loss</th>
            {windows.map(({ to }) => (
              <th key={to} class="cell">
                {count(to)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {families.map((family) => {
            const row = grades.map((window) => window?.families.find((entry) => entry.family === family))
            return (
              <tr key={family}>
                <th scope="row">
                  <span class="tag">{family}</span>
                </th>
                <Sum entries={row.filter((entry) => entry !== undefined)} />
                {row.map((entry, index) => (
                  <Cell key={windows[index]?.to} entry={entry} isWaiting={grades[index] === undefined} />
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scroll>
  )
}

function Cell({ entry, isWaiting }: { readonly entry: Family | undefined; readonly isWaiting: boolean }): VNode {
  if (entry === undefined) return <td class="cell muted">{isWaiting ? '…' : '–'}</td>
  const { asked, right } = entry
  return (
    <td class={`cell heat-${Math.round(HOTTEST * (1 - right / asked))}`}>
      {right}/{asked}
    </td>
  )
}

function Sum({ entries }: { readonly entries: readonly Family[] }): VNode {
  const asked = entries.reduce((sum, entry) => sum + entry.asked, 0)
  const right = entries.reduce((sum, entry) => sum + entry.right, 0)
  const loss = entries.reduce((sum, entry) => sum + BigInt(entry.meanLossMicroNats) * BigInt(entry.asked), 0n)
  return (
    <>
      <td class="number">{Math.round((100 * right) / Math.max(1, asked))} %</td>
      <td class="number wide">{nats(`0x${(loss / BigInt(Math.max(1, asked))).toString(16)}`)}</td>
    </>
  )
}
