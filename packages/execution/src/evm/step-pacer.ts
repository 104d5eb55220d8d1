/**
 * Asked often while code runs; undefined: go on, else what to wait for. What it throws ends the execution, so that one
 * nobody waits for can be given up.
 */
export type Pause = () => Promise<void> | undefined

/** Cheap steps between two questions: some ten microseconds. */
const STEPS = 64
/** The memory may grow, and be copied, with these. */
const MEMORY_STEPS = 8

/**
 * Instructions that may take long by themselves, or read the disk: KECCAK256, copies, storage, accounts, logs, calls,
 * creations.
 */
const DEAR: readonly number[] = [
  ...[0x0a, 0x20, 0x31, 0x37, 0x39, 0x3b, 0x3c, 0x3e, 0x3f, 0x40, 0x54, 0x55, 0x5e],
  ...[0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xfa, 0xfd, 0xff],
]
/** MLOAD, MSTORE, MSTORE8. */
const MEMORY: readonly number[] = [0x51, 0x52, 0x53]

/** How many cheap steps an instruction counts as. */
const WEIGHTS: Uint8Array = new Uint8Array(256).fill(1)
for (const code of DEAR) WEIGHTS[code] = STEPS
for (const code of MEMORY) WEIGHTS[code] = MEMORY_STEPS

/**
 * Lets long executions rest: counts steps here, so that the place's `pause`, which looks at a clock, is not asked at
 * each of them.
 */
export class StepPacer {
  /** Of the place where the machine is. */
  pause: Pause | undefined
  #left = STEPS

  /** Before an instruction. */
  step(opcode: number): Promise<void> | undefined {
    this.#left -= WEIGHTS[opcode] ?? STEPS
    if (this.#left > 0) return undefined
    this.#left = STEPS
    return this.pause?.()
  }
}
