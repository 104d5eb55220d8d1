/** The speed is measured over this time: blocks differ, and so do the hours of a synchronisation. */
const SPAN_MS = 10_000
/** Looks at the clock that are remembered. */
const MAX_MARKS = 64

/** How fast a synchronisation goes. */
export class Progress {
  readonly #marks: { readonly atMs: number; readonly blocks: number }[] = []
  #blocks = 0

  constructor(nowMs: number) {
    this.#marks.push({ atMs: nowMs, blocks: 0 })
  }

  add(blocks: number, nowMs: number): void {
    this.#blocks += blocks
    const last = this.#marks.at(-1)
    if (last === undefined || nowMs - last.atMs >= SPAN_MS / MAX_MARKS)
      this.#marks.push({ atMs: nowMs, blocks: this.#blocks })
    while (this.#marks.length > 2 && (this.#marks[1]?.atMs ?? nowMs) < nowMs - SPAN_MS) this.#marks.shift()
  }

  blocksPerSecond(nowMs: number): number {
    const [first] = this.#marks
    if (first === undefined || nowMs <= first.atMs) return 0
    return ((this.#blocks - first.blocks) * 1000) / (nowMs - first.atMs)
  }
}
