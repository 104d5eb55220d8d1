import { readFileSync } from 'node:fs'
import type { FunctionCall, FunctionName } from './plain-pass.ts'

/** A call and its result: eight hexadecimal digits a word. */
export interface FunctionVector {
  readonly input: readonly string[]
  readonly output: readonly string[]
}

/** The vectors of each function. */
export type FunctionVectors = Readonly<Record<FunctionName, readonly FunctionVector[]>>

export const FUNCTION_VECTORS_FILE: URL = new URL('../spec/vectors/functions.vectors.json', import.meta.url)

/** The vectors that are recorded. */
export function readFunctionVectors(): FunctionVectors {
  return JSON.parse(readFileSync(FUNCTION_VECTORS_FILE, 'utf8')) as FunctionVectors
}

export function wordToHex(word: number): string {
  return word.toString(16).padStart(8, '0')
}

/** What the vectors ask, in order. */
export function callsOf(vectors: FunctionVectors): readonly FunctionCall[] {
  return (Object.keys(vectors) as FunctionName[]).flatMap((name) =>
    vectors[name].map(({ input }) => ({ name, input: input.map((word) => Number.parseInt(word, 16)) })),
  )
}

/** What the vectors answer, in the same order. */
export function resultsOf(vectors: FunctionVectors): readonly string[] {
  return Object.values(vectors).flatMap((list) => list.map(({ output }) => output.join()))
}
