import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import type { ExamFormat } from '@poai/testing'

const run = promisify(execFile)
const ENGINE_FOLDER = join(import.meta.dirname, '../../../native/engine')

/** Any register of any processor. */
const WIDEST = 512

/** The parts of an attempt that `attempt-dump.c` runs alone. */
export type DumpPart = 'exams' | 'transcripts' | 'losses' | 'hashes' | 'attempts' | 'check'

/** The engine's attempts, compiled for this machine. */
export interface AttemptDump {
  /**
   * What the part makes of the records in `input`. `width`: bits of the registers to hash with, where there is a
   * choice.
   */
  run(part: DumpPart, format: ExamFormat, input?: Uint8Array, width?: number): Promise<Buffer>
  remove(): Promise<void>
}

/** Compiles with warnings as errors, and so that undefined behaviour and accesses outside of arrays end the program. */
export async function compileAttemptDump(): Promise<AttemptDump> {
  const folder = await mkdtemp(join(tmpdir(), 'poai-attempts-'))
  const program = join(folder, 'attempt-dump')
  const source = join(import.meta.dirname, 'attempt-dump.c')
  const checks = [
    '-Wall',
    '-Wextra',
    '-Wno-unused-function',
    '-Werror',
    '-fsanitize=address,undefined',
    '-fno-sanitize-recover=all',
  ]
  await run('cc', ['-std=gnu11', '-O2', ...checks, '-I', ENGINE_FOLDER, source, '-o', program])
  return {
    run: async (part, format, input = new Uint8Array(0), width = WIDEST) => {
      const { tokens, answerTokens, minSaltTokens, probes } = format
      const child = spawn(program, [part, ...[tokens, answerTokens, minSaltTokens, probes, width].map(String)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const ended = once(child, 'close')
      child.stdin.end(input)
      const [output, [code]] = await Promise.all([buffer(child.stdout), ended])
      if (code !== 0) throw new Error(`attempt-dump ${part} ended with ${String(code)}`)
      return output
    },
    remove: async () => await rm(folder, { recursive: true }),
  }
}
