import type { TestnetView } from '../nodes/testnet.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { examLines } from './exam-lines.ts'
import { LiveScreen } from './live-screen.ts'
import { renderTestnet } from './render-testnet.ts'

/** What a reporter shows of the run besides its nodes. */
export interface RunProgress {
  readonly network: string
  readonly spacingSeconds: number
  readonly goal: number | undefined
  readonly elapsedSeconds: number
}

/** Shows people what a testnet does. */
export interface TestnetReporter {
  /** Shows that something happened. */
  event(text: string): void
  update(view: TestnetView, progress: RunProgress): void
  finish(): void
}

/** How many events the picture has room for. */
const KEPT_EVENTS = 3

/** A live picture in a terminal; elsewhere, lines. */
export function createTestnetReporter(terminal: Terminal): TestnetReporter {
  return terminal.isInteractive ? createLiveReporter(terminal) : createLineReporter(terminal)
}

function createLiveReporter(terminal: Terminal): TestnetReporter {
  const screen = new LiveScreen({
    get width() {
      return terminal.width
    },
    get height() {
      return terminal.height
    },
    hasColour: terminal.hasColour,
    write: terminal.err,
  })
  const events: string[] = []
  let isDrawn = false
  return {
    event: (text) => {
      const line = `${timeOfDay()} ${text}`
      if (isDrawn) events.splice(0, events.length, ...[...events, line].slice(-KEPT_EVENTS))
      else terminal.err(`${line}\n`)
    },
    update: (view, progress) => {
      isDrawn = true
      screen.draw(renderTestnet(view, { ...progress, events, nowMs: performance.now() }, terminal))
    },
    finish: () => {
      isDrawn = false
      screen.finish()
    },
  }
}

/** A line for each new head, and one for its exam as soon as that is known. */
function createLineReporter(terminal: Terminal): TestnetReporter {
  let shownHead = ''
  let shownExam = ''
  let lastAtMs: number | undefined
  const print = (text: string): void => terminal.err(`${timeOfDay()} ${text}\n`)
  return {
    event: print,
    update: ({ head, exam, nodes }, { goal }) => {
      if (head !== undefined && head.hash !== shownHead && head.number > 0) {
        const of = goal === undefined ? '' : `/${goal}`
        const after = lastAtMs === undefined ? '' : `, ${((head.atMs - lastAtMs) / 1000).toFixed(1)} s after the last`
        const at = nodes.filter(({ status }) => status?.head.hash === head.hash).length
        print(`block ${head.number}${of} ${head.hash.slice(0, 18)} at ${at} of ${nodes.length} nodes${after}`)
        shownHead = head.hash
        lastAtMs = head.atMs
      }
      if (exam !== undefined && exam.hash !== shownExam) {
        const [title] = examLines(exam)
        if (title !== undefined) print(title)
        shownExam = exam.hash
      }
    },
    finish: () => undefined,
  }
}

function timeOfDay(): string {
  return new Date().toTimeString().slice(0, 8)
}
