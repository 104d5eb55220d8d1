import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { ENGINE_FOLDER } from '../../src/build/engine-recipe.ts'
import { runProgram } from '../../src/build/run-program.ts'
import { wordsPerPosition } from '../../src/engine/evaluation.ts'
import type { EvaluationRequest } from '../../src/engine/inference-engine.ts'

/** The functions that `plain-pass functions` knows, in its order. */
export const FUNCTIONS = [
  'exp',
  'silu',
  'pow',
  'sincos',
  'half',
  'quantise',
  'dot',
  'blockDot',
  'norm',
  'rotate',
  'softmax',
  'summary',
  'word',
] as const
export type FunctionName = (typeof FUNCTIONS)[number]

/** A function and what it is asked, as bits. */
export interface FunctionCall {
  readonly name: FunctionName
  readonly input: readonly number[]
}

/** The plain pass, compiled with one mistake or none. */
export interface PlainPass {
  /** The words of each request. */
  evaluate(modelPath: string, contextSize: number, requests: readonly EvaluationRequest[]): Promise<Uint32Array[]>
  /** The results of each call. */
  call(calls: readonly FunctionCall[]): Promise<number[][]>
}

/** Compiles plain passes into a folder of its own. */
export interface PlainPasses {
  /** `mistake`: a name of `mistakes.h`, or `NONE`. */
  compile(mistake: string): Promise<PlainPass>
  remove(): Promise<void>
}

/** Fused operations must be instructions: the library's are a hundred times slower. */
const FLAGS = ['-std=gnu11', '-O2', '-march=native', '-ffp-contract=off', '-fno-fast-math', '-fno-math-errno', '-w']

export async function createPlainPasses(): Promise<PlainPasses> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-strength-'))
  const source = join(import.meta.dirname, 'plain-pass.c')
  return {
    compile: async (mistake) => {
      const program = join(folder, mistake.toLowerCase())
      const { code, stderr } = await runProgram('cc', [
        ...[...FLAGS, `-DMISTAKE=${mistake}`, '-I', ENGINE_FOLDER],
        ...[source, '-o', program, '-lm'],
      ])
      if (code !== 0) throw new Error(`the plain pass does not compile: ${stderr}`)
      return {
        evaluate: async (modelPath, contextSize, requests) =>
          splitWords(await run(program, ['words', modelPath, `${contextSize}`], requests.map(requestWords)), requests),
        call: async (calls) =>
          splitResults(
            await run(
              program,
              ['functions'],
              calls.map(({ name, input }) => Uint32Array.of(FUNCTIONS.indexOf(name), input.length, ...input)),
            ),
          ),
      }
    },
    remove: async () => await rm(folder, { recursive: true, force: true }),
  }
}

function requestWords({ tokens, positions, probes }: EvaluationRequest): Uint32Array {
  return Uint32Array.of(tokens.length, positions.length, probes.length, ...tokens, ...positions, ...probes)
}

async function run(program: string, args: readonly string[], parts: readonly Uint32Array[]): Promise<Uint32Array> {
  const child = spawn('nice', [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  child.stdin.end(Buffer.concat(parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength))))
  const [output, [code]] = await Promise.all([buffer(child.stdout), ended])
  if (code !== 0) throw new Error(`plain-pass ended with ${String(code)}`)
  return new Uint32Array(Uint8Array.from(output).buffer)
}

function splitWords(words: Uint32Array, requests: readonly EvaluationRequest[]): Uint32Array[] {
  let at = 0
  return requests.map(({ positions, probes }) => {
    const begin = at
    at += positions.length * wordsPerPosition(probes.length)
    return words.slice(begin, at)
  })
}

function splitResults(words: Uint32Array): number[][] {
  const results: number[][] = []
  for (let at = 0; at < words.length; ) {
    const count = words[at++] as number
    results.push([...words.subarray(at, at + count)])
    at += count
  }
  return results
}
