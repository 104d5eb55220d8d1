/** A header and the work that it claims. */
export interface Drawable {
  readonly header: { readonly target: bigint }
  readonly before: { readonly totalWork: bigint }
  readonly context: { readonly totalWork: bigint }
}

/**
 * Draws per sample. Each falls on a block in proportion to its work, so a branch of which a share f of the work is
 * forged passes with a chance of at most (1 − f)^20: one in a million at a half, 1.2 % at a fifth. What passes is
 * replayed at import like every block: a sample decides what to look at and whom to follow, not what is valid.
 */
export const SAMPLE_DRAWS = 20

/** Random numbers from 0 up to 1 that nobody outside can foresee. */
export type RandomDraw = () => number

/**
 * The headers of a branch to replay, in their order, each once: the first one always, since all others stand on it, and
 * a draw in proportion to their work.
 */
export function drawSample<Node extends Drawable>(
  branch: readonly Node[],
  random: RandomDraw,
  draws: number = SAMPLE_DRAWS,
): readonly Node[] {
  const [first] = branch
  const last = branch.at(-1)
  if (first === undefined || last === undefined) return []
  if (branch.length <= draws + 1) return branch
  const chosen = new Set<number>([0])
  const from = first.before.totalWork
  const total = last.context.totalWork - from
  for (let draw = 0; draw < draws; draw++) chosen.add(indexOfWork(branch, from + shareOf(total, random())))
  return [...chosen].sort((a, b) => a - b).map((index) => branch[index] ?? first)
}

/** Fractions of work that can be told apart: far more than a chain has blocks. */
const STEPS: number = 2 ** 48

function shareOf(total: bigint, fraction: number): bigint {
  return (total * BigInt(Math.floor(fraction * STEPS))) / BigInt(STEPS)
}

/** The block in whose work the point lies: the first one that ends above it. */
function indexOfWork(branch: readonly Drawable[], point: bigint): number {
  let [low, high] = [0, branch.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((branch[middle]?.context.totalWork ?? 0n) > point) high = middle
    else low = middle + 1
  }
  return low
}
