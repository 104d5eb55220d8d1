import { type ModelBlock, mineModelBlock, modelGenesis } from './model-chain.ts'
import { createRandom } from './random.ts'

/** One commit of a history: blocks off and on the chain. */
export interface CrashStep {
  readonly off: readonly ModelBlock[]
  readonly on: readonly ModelBlock[]
  /** After it. */
  readonly head: ModelBlock
}

/**
 * A history without end: blocks, and every few of them a reorganisation, the same for the same seed in every process.
 */
export function* crashHistory(seed: number): Generator<CrashStep, never> {
  const random = createRandom(seed)
  const chain = [modelGenesis(random)]
  yield { off: [], on: [...chain], head: chain[0] as ModelBlock }
  for (;;) {
    const depth = random.next(4) === 0 && chain.length > 3 ? 1 + random.next(2) : 0
    const off = chain.splice(chain.length - depth, depth).reverse()
    const on: ModelBlock[] = []
    while (on.length <= depth) on.push(mineModelBlock(on.at(-1) ?? (chain.at(-1) as ModelBlock), random))
    chain.push(...on)
    yield { off, on, head: on.at(-1) as ModelBlock }
  }
}

/** What the histories are kept under: pruning takes part. */
export const CRASH_RETENTION = { history: 20n, undo: 4n, blocks: 30n } as const
