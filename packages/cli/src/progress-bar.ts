import { formatBytes, formatSeconds } from './format-quantity.ts'
import type { Terminal } from './terminal.ts'

/** How far something of known or unknown size has come. */
export interface Progress {
  readonly bytes: number
  readonly totalBytes: number | undefined
  readonly bytesPerSecond: number
}

/** A line that is rewritten in a terminal, and printed now and then elsewhere. */
export interface ProgressBar {
  update(progress: Progress): void
  /** Leaves the last state standing and ends the line. */
  finish(): void
}

/** Between two drawings: smooth for the eye, nothing for the processor. */
const REDRAW_MS = 100
/** Between two lines where lines cannot be rewritten. */
const LINE_MS = 5_000
const BAR_WIDTH = 24

function formatProgress({ bytes, totalBytes, bytesPerSecond }: Progress): string {
  const rate = `${formatBytes(bytesPerSecond)}/s`
  if (totalBytes === undefined || totalBytes === 0) return `${formatBytes(bytes)}, ${rate}`
  const share = Math.min(1, bytes / totalBytes)
  const filled = Math.round(share * BAR_WIDTH)
  const bar = '#'.repeat(filled) + '.'.repeat(BAR_WIDTH - filled)
  const left = formatSeconds((totalBytes - bytes) / bytesPerSecond)
  const percent = `${Math.floor(share * 100)} %`.padStart(5)
  return `[${bar}] ${percent} of ${formatBytes(totalBytes)}, ${rate}, ${left} left`
}

/** A progress bar on the terminal's error output, so that results can be piped. */
export function createProgressBar(
  terminal: Terminal,
  label: string,
  nowMs: () => number = performance.now.bind(performance),
): ProgressBar {
  const intervalMs = terminal.isInteractive ? REDRAW_MS : LINE_MS
  let last: Progress | undefined
  let drawnAtMs = Number.NEGATIVE_INFINITY
  const draw = (progress: Progress): void => {
    drawnAtMs = nowMs()
    const text = `${label}  ${formatProgress(progress)}`
    if (terminal.isInteractive) terminal.err(`\r${text.slice(0, terminal.width - 1)}\u001b[K`)
    else terminal.err(`${text}\n`)
  }
  return {
    update: (progress) => {
      last = progress
      if (nowMs() - drawnAtMs >= intervalMs) draw(progress)
    },
    finish: () => {
      if (last === undefined) return
      draw(last)
      if (terminal.isInteractive) terminal.err('\n')
    },
  }
}
