import type { Terminal } from '@poai/testnet/terminal'
import { formatBytes, formatSeconds } from '@poai/testnet/terminal'

/** How many bytes of something are done; its size may be unknown. */
export interface Progress {
  readonly bytes: number
  readonly totalBytes: number | undefined
  readonly bytesPerSecond: number
}

/** How many things are done; their number may be unknown. */
export interface CountProgress {
  /** What is being done, shown before the bar. */
  readonly label: string
  readonly done: number
  readonly total: number | undefined
}

/** A line that is redrawn in a terminal, and printed now and then elsewhere. */
export interface ProgressLine<T> {
  update(progress: T): void
  /** Leaves the last state in place and ends the line. */
  finish(): void
}

/** A line about bytes. */
export type ProgressBar = ProgressLine<Progress>

/** How often it is redrawn: smooth to the eye, and cheap. */
const REDRAW_MS = 100
/** How often a line is printed where lines cannot be redrawn. */
const LINE_MS = 5_000
/** Counts that are done within this time are not shown. */
const COUNT_DELAY_MS = 300
const BAR_WIDTH = 24

/** The bar itself, with the share that is done. */
function formatShare(done: number, total: number): string {
  const share = Math.min(1, done / total)
  const filled = Math.round(share * BAR_WIDTH)
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${`${Math.floor(share * 100)} %`.padStart(5)}`
}

function formatProgress({ bytes, totalBytes, bytesPerSecond }: Progress): string {
  const rate = `${formatBytes(bytesPerSecond)}/s`
  if (totalBytes === undefined || totalBytes === 0) return `${formatBytes(bytes)}, ${rate}`
  const left = formatSeconds((totalBytes - bytes) / bytesPerSecond)
  return `${formatShare(bytes, totalBytes)} of ${formatBytes(totalBytes)}, ${rate}, ${left} left`
}

function formatCount({ done, total }: CountProgress, perSecond: number): string {
  const rate = `${Math.round(perSecond).toLocaleString('en')}/s`
  const count = done.toLocaleString('en')
  if (total === undefined || total === 0) return `${count}, ${rate}`
  const left = formatSeconds((total - done) / perSecond)
  return `${formatShare(done, total)}  ${count} of ${total.toLocaleString('en')}, ${rate}, ${left} left`
}

interface ProgressLineOptions<T> {
  readonly format: (progress: T) => string
  /** The time from the first update to the first drawing. */
  readonly delayMs: number
  readonly nowMs: () => number
}

function createProgressLine<T>(
  terminal: Terminal,
  { format, delayMs, nowMs }: ProgressLineOptions<T>,
): ProgressLine<T> {
  const intervalMs = terminal.isInteractive ? REDRAW_MS : LINE_MS
  let last: T | undefined
  let nextMs: number | undefined
  let isShown = false
  const draw = (progress: T): void => {
    isShown = true
    nextMs = nowMs() + intervalMs
    const text = format(progress)
    if (terminal.isInteractive) terminal.err(`\r${text.slice(0, terminal.width - 1)}\u001b[K`)
    else terminal.err(`${text}\n`)
  }
  return {
    update: (progress) => {
      last = progress
      nextMs ??= nowMs() + delayMs
      if (nowMs() >= nextMs) draw(progress)
    },
    finish: () => {
      if (last === undefined || (!isShown && delayMs > 0)) return
      draw(last)
      if (terminal.isInteractive) terminal.err('\n')
    },
  }
}

/** A progress bar on the terminal's error output, so that results can be piped. */
export function createProgressBar(
  terminal: Terminal,
  label: string,
  nowMs: () => number = performance.now.bind(performance),
): ProgressBar {
  return createProgressLine(terminal, {
    format: (progress) => `${label}  ${formatProgress(progress)}`,
    delayMs: 0,
    nowMs,
  })
}

/** The same for things that are counted. The rate is measured since the label changed. */
export function createCountBar(
  terminal: Terminal,
  nowMs: () => number = performance.now.bind(performance),
): ProgressLine<CountProgress> {
  let begin: { readonly label: string; readonly atMs: number; readonly done: number } | undefined
  const format = (progress: CountProgress): string => {
    const seconds = begin === undefined ? 0 : (nowMs() - begin.atMs) / 1000
    const perSecond = seconds > 0 && begin !== undefined ? (progress.done - begin.done) / seconds : 0
    return `${progress.label}  ${formatCount(progress, perSecond)}`
  }
  const line = createProgressLine(terminal, {
    format,
    delayMs: terminal.isInteractive ? COUNT_DELAY_MS : LINE_MS,
    nowMs,
  })
  return {
    update: (progress) => {
      if (begin?.label !== progress.label) begin = { label: progress.label, atMs: nowMs(), done: progress.done }
      line.update(progress)
    },
    finish: () => line.finish(),
  }
}
