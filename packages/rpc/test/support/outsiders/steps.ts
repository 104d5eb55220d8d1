import { setTimeout as delay } from 'node:timers/promises'

/** What a tool could not do, and why. */
export interface Failure {
  readonly step: string
  readonly why: string
}

/** Thrown by a step that others need: the tool's row ends here. */
class StepFailed extends Error {}

/** A step that takes longer than this has failed. Blocks come every second, but a loaded machine takes its time. */
const STEP_LIMIT_MS = 180_000
/** How much of an error is shown. */
const WHY_CHARACTERS = 600

/** What one tool does, step by step. */
export class Steps {
  readonly passed: string[] = []
  readonly failures: Failure[] = []

  /** Something that later steps need. Its failure ends the row. */
  async need<T>(step: string, act: () => Promise<T>): Promise<T> {
    const result = await this.#attempt(step, act)
    if (result === undefined) throw new StepFailed(step)
    return result.value
  }

  /** Something that stands alone. Others go on without it. */
  async check(step: string, act: () => Promise<unknown>): Promise<void> {
    await this.#attempt(step, act)
  }

  /** Runs the steps of a row. Whatever goes wrong between two of them is a failed step, too. */
  async run(act: (steps: Steps) => Promise<void>): Promise<void> {
    try {
      await act(this)
    } catch (error) {
      if (!(error instanceof StepFailed)) this.failures.push({ step: 'between its steps', why: reasonOf(error) })
    }
  }

  async #attempt<T>(step: string, act: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    const over = new AbortController()
    try {
      const late = delay(STEP_LIMIT_MS, undefined, { signal: over.signal }).then(() => {
        throw new Error(`it did not end within ${STEP_LIMIT_MS / 1000} s`)
      })
      late.catch(() => undefined)
      const value = await Promise.race([act(), late])
      this.passed.push(step)
      return { value }
    } catch (error) {
      this.failures.push({ step, why: reasonOf(error) })
      return undefined
    } finally {
      over.abort()
    }
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.slice(0, WHY_CHARACTERS)
}

/** Throws if what a tool says is not what it should say. */
export function expectEqual(actual: unknown, wanted: unknown, what: string): void {
  const [shown, expected] = [show(actual), show(wanted)]
  if (shown !== expected) throw new Error(`${what}: ${shown}, not ${expected}`)
}

/** Throws if something does not hold. */
export function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

/** Throws unless the act fails with a message in which the pattern is found. */
export async function expectFailure(act: Promise<unknown>, pattern: RegExp): Promise<void> {
  const failure = await act.then(
    () => undefined,
    (error: unknown) => String(error instanceof Error ? `${error.name} ${error.message}` : error),
  )
  if (failure === undefined) throw new Error(`it succeeded, but should fail with ${pattern}`)
  expectThat(pattern.test(failure), `it failed with ${failure}, not with ${pattern}`)
}

/** Waits until a look finds something. The limit is that of the step. */
export async function waitFor<T>(look: () => Promise<T | undefined>): Promise<T> {
  const endMs = performance.now() + STEP_LIMIT_MS
  while (performance.now() < endMs) {
    const found = await look()
    if (found !== undefined) return found
    await delay(100)
  }
  throw new Error('what was waited for did not come')
}

function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member)) ?? 'nothing'
  )
}
