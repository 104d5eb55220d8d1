import type { AccuracyJson } from '@poai/api/client'
import { useEffect, useState } from 'preact/hooks'
import { ask } from '../rpc/node-client.ts'
import type { GradeWindow } from './grade-windows.ts'

/** Windows whose grades are kept: each costs the node a pass of its model for every block. */
const MAX_KEPT = 100
const kept = new Map<string, AccuracyJson>()

/** What is known about each window. */
export interface Grades {
  readonly known: readonly (AccuracyJson | undefined)[]
  /** Why no more are coming. */
  readonly problem?: string
}

/** Asks for the grades of windows one after the other, the newest first, so that the page fills quickly. */
export function useGrades(windows: readonly GradeWindow[]): Grades {
  const [problem, setProblem] = useState<string | undefined>(undefined)
  const [, setLoaded] = useState(0)
  const wanted = JSON.stringify(windows)
  useEffect(() => {
    const asked = new AbortController()
    const load = async (): Promise<void> => {
      for (const window of (JSON.parse(wanted) as GradeWindow[]).toReversed()) {
        if (kept.has(keyOf(window))) continue
        const found = await ask('poai_getAccuracy', [window.from, window.to], asked.signal)
        keep(keyOf(window), found)
        setLoaded((count) => count + 1)
      }
      setProblem(undefined)
    }
    load().catch((error: unknown) => {
      if (!asked.signal.aborted) setProblem(error instanceof Error ? error.message : String(error))
    })
    return () => asked.abort()
  }, [wanted])
  const known = windows.map((window) => kept.get(keyOf(window)))
  return problem === undefined ? { known } : { known, problem }
}

function keyOf({ from, hash }: GradeWindow): string {
  return `${from} ${hash}`
}

function keep(key: string, found: AccuracyJson): void {
  kept.set(key, found)
  const [oldest] = kept.keys()
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
}
