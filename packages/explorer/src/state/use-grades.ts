import { useEffect, useState } from 'preact/hooks'
import type { Accuracy } from '../rpc/answers.ts'
import { ask } from '../rpc/node-client.ts'
import type { GradeWindow } from './grade-windows.ts'

/** Windows whose grades are kept: each costs the node a pass of its model for every block. */
const MAX_KEPT = 100
const kept = new Map<string, Accuracy>()

/** What is known of each window. */
export interface Grades {
  readonly known: readonly (Accuracy | undefined)[]
  /** Why no more come. */
  readonly problem?: string
}

/** Asks for the grades of windows, one window after the other, the newest first, so that much of it is there soon. */
export function useGrades(windows: readonly GradeWindow[]): Grades {
  const [problem, setProblem] = useState<string | undefined>(undefined)
  const [, setLoaded] = useState(0)
  const wanted = JSON.stringify(windows)
  useEffect(() => {
    const asked = new AbortController()
    const load = async (): Promise<void> => {
      for (const window of (JSON.parse(wanted) as GradeWindow[]).toReversed()) {
        if (kept.has(keyOf(window))) continue
        const found = await ask<Accuracy>('poai_getAccuracy', [toHex(window.from), toHex(window.to)], asked.signal)
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

function toHex(number: number): string {
  return `0x${number.toString(16)}`
}

function keep(key: string, found: Accuracy): void {
  kept.set(key, found)
  const [oldest] = kept.keys()
  if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest)
}
