// One line of progress: rewritten in a terminal, printed once at the start and once at the end anywhere else.

/** The elapsed seconds are shown, so redrawing more often than this shows nothing new. */
const REDRAW_MS = 1_000

/**
 * Starts a progress line. End it with `succeed` or `fail`, which add the time taken.
 * @param {NodeJS.WriteStream} stream
 * @param {string} label
 * @returns {{ succeed(text: string): void, fail(text: string): void }}
 */
export function createProgress(stream, label) {
  const startedMs = Date.now()
  const seconds = () => Math.round((Date.now() - startedMs) / 1000)
  const isTerminal = stream.isTTY === true
  const clear = isTerminal ? '\r\u001b[K' : ''
  const draw = () => stream.write(`${clear}${label} (${seconds()} s)`)
  if (isTerminal) draw()
  else stream.write(`${label}\n`)
  const timer = isTerminal ? setInterval(draw, REDRAW_MS) : undefined
  /** @param {string} text */
  const finish = (text) => {
    clearInterval(timer)
    stream.write(`${clear}${text} (${seconds()} s)\n`)
  }
  return { succeed: finish, fail: finish }
}
