import type { FromWorker, SliceRest, ToWorker } from '../engine/worker-protocol.ts'
import type { GenerationStep, WasmModel } from '../wasm/wasm-model.ts'

/** Soon enough for whoever reads along, seldom enough to cost nothing. */
const TELL_MS = 20

export interface SliceDependencies {
  readonly model: Pick<WasmModel, 'beginGeneration'>
  readonly nowMs: () => number
  /** True once somebody waits for the worker. */
  readonly mustRest: () => boolean
  readonly tell: (message: FromWorker) => void
}

const RESTS: Partial<Record<GenerationStep['kind'], SliceRest>> = { last: 'ended', 'not-finite': 'not-finite' }

/** Generates until the text ends, somebody waits, or the slice's time is over: after one step at least. */
export function runSlice(
  { id, generation, milliseconds, words }: Extract<ToWorker, { kind: 'generate' }>,
  { model, nowMs, mustRest, tell }: SliceDependencies,
): void {
  const step = model.beginGeneration(generation, words)
  const beginMs = nowMs()
  let drawn: number[] = []
  let toldMs = beginMs
  const tellDrawn = (): void => {
    if (drawn.length > 0) tell({ kind: 'drawn', id, words: Uint32Array.from(drawn) })
    drawn = []
    toldMs = nowMs()
  }
  for (;;) {
    const result = step()
    if ('drawn' in result) drawn.push(...result.drawn)
    const isOver = result.kind !== 'fed' && result.kind !== 'drawn'
    const isLate = milliseconds > 0 && nowMs() - beginMs >= milliseconds
    if (isOver || isLate || mustRest()) {
      tellDrawn()
      tell({ kind: 'rested', id, rest: RESTS[result.kind] ?? 'interrupted' })
      return
    }
    if (nowMs() - toldMs >= TELL_MS) tellDrawn()
  }
}
