/** Turns of the event loop that a condition may take: what never comes true fails the test with its name. */
const MAX_TURNS = 100_000

/** Lets the event loop turn until the condition holds. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    if (condition()) return
    await new Promise(setImmediate)
  }
  throw new Error(`it never came true: ${what}`)
}
