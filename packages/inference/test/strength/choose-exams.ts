import type { EvaluationRequest } from '../../src/engine/inference-engine.ts'
import { MISTAKES } from './mistakes.ts'
import type { PlainPass, PlainPasses } from './plain-pass.ts'

/** An exam, its words, and the mistakes that give it other words. */
export interface Candidate {
  readonly request: EvaluationRequest
  readonly words: Uint32Array
  readonly foundBy: ReadonlySet<string>
}

/** What exams are evaluated by. */
export interface ExamModel {
  readonly path: string
  readonly contextSize: number
}

/** Passes with a mistake each, and the one without. */
export interface Rivals {
  readonly right: PlainPass
  readonly wrong: ReadonlyMap<string, PlainPass>
}

/** Compiles the pass, and one with each of `mistakes`. */
export async function compileRivals(
  passes: PlainPasses,
  mistakes: readonly string[] = MISTAKES.map(({ name }) => name),
): Promise<Rivals> {
  const wrong = new Map<string, PlainPass>()
  for (const name of mistakes) wrong.set(name, await passes.compile(name))
  return { right: await passes.compile('NONE'), wrong }
}

/** Says of each exam which mistakes it finds. */
export async function judgeExams(
  { right, wrong }: Rivals,
  model: ExamModel,
  requests: readonly EvaluationRequest[],
): Promise<readonly Candidate[]> {
  const words = await right.evaluate(model.path, model.contextSize, requests)
  const found = requests.map(() => new Set<string>())
  for (const [name, pass] of wrong) {
    const others = await pass.evaluate(model.path, model.contextSize, requests)
    for (const [index, other] of others.entries()) {
      if (other.join() !== words[index]?.join()) found[index]?.add(name)
    }
  }
  return requests.map((request, index) => ({
    request,
    words: words[index] ?? new Uint32Array(),
    foundBy: found[index] ?? new Set(),
  }))
}

/** How many of `chosen` find each mistake. */
export function countFound(chosen: readonly Candidate[], mistakes: Iterable<string>): ReadonlyMap<string, number> {
  return new Map([...mistakes].map((name) => [name, chosen.filter(({ foundBy }) => foundBy.has(name)).length]))
}

/**
 * Chooses `count` candidates, in their order: one after the other the one that finds most of what is found by the
 * fewest so far. Ties go to the earlier one.
 */
export function chooseExams(
  candidates: readonly Candidate[],
  mistakes: readonly string[],
  count: number,
): readonly Candidate[] {
  const chosen = new Set<Candidate>()
  while (chosen.size < Math.min(count, candidates.length)) {
    const found = countFound([...chosen], mistakes)
    const worth = ({ foundBy }: Candidate): number =>
      [...foundBy].reduce((sum, name) => sum + 16 ** -(found.get(name) ?? 0), 0)
    let best: Candidate | undefined
    for (const candidate of candidates) {
      if (chosen.has(candidate)) continue
      if (best === undefined || worth(candidate) > worth(best)) best = candidate
    }
    if (best === undefined) break
    chosen.add(best)
  }
  return candidates.filter((candidate) => chosen.has(candidate))
}
