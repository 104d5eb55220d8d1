/**
 * Writes vectors of each function by itself, among them inputs at which mistakes give other results:
 * `node --conditions=source packages/inference/test/strength/write-function-vectors.ts`. Needs a C compiler.
 * A changed vector is another domain; new ones may be added.
 */
import { writeFileSync } from 'node:fs'
import { CALL_SOURCES, type CallSource, Random } from './draw-calls.ts'
import { FUNCTION_VECTORS_FILE, type FunctionVector, type FunctionVectors, wordToHex } from './function-vectors.ts'
import { createPlainPasses, type FunctionCall, type PlainPass } from './plain-pass.ts'

/** Vectors for each mistake beside the edges, and drawings until they are found. */
const WANTED = 5
const DRAWN = 20_000

const passes = await createPlainPasses()
const right = await passes.compile('NONE')
const wrong = new Map<string, PlainPass>()
for (const name of new Set(CALL_SOURCES.flatMap(({ finds }) => finds))) wrong.set(name, await passes.compile(name))

async function vectorsOf(
  { name, edges, draw, finds, drawn: count = DRAWN }: CallSource,
  seed: number,
): Promise<readonly FunctionVector[]> {
  const random = new Random(seed)
  const drawn = Array.from({ length: count }, () => draw(random))
  const calls: readonly FunctionCall[] = [...edges, ...drawn].map((input) => ({ name, input }))
  const results = await right.call(calls)
  const kept = new Set([...edges.keys(), edges.length, edges.length + 1])
  for (const mistake of finds) {
    const others = (await wrong.get(mistake)?.call(calls)) ?? []
    const found = calls.flatMap((_, index) => (others[index]?.join() === results[index]?.join() ? [] : [index]))
    const atEdges = found.filter((index) => index < edges.length).length
    process.stderr.write(
      `${name}: ${mistake} is found by ${found.length - atEdges} of ${count} drawn calls, ${atEdges} edges\n`,
    )
    for (const index of found.slice(0, atEdges + WANTED)) kept.add(index)
  }
  return [...kept]
    .sort((a, b) => a - b)
    .map((index) => ({
      input: (calls[index]?.input ?? []).map(wordToHex),
      output: (results[index] ?? []).map(wordToHex),
    }))
}

const vectors: Record<string, readonly FunctionVector[]> = {}
for (const [index, source] of CALL_SOURCES.entries()) vectors[source.name] = await vectorsOf(source, index + 1)
await passes.remove()
const lines = Object.entries(vectors as FunctionVectors).map(
  ([name, list]) => `"${name}":[\n${list.map((vector) => JSON.stringify(vector)).join(',\n')}\n]`,
)
writeFileSync(FUNCTION_VECTORS_FILE, `{\n${lines.join(',\n')}\n}\n`)
