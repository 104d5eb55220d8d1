import { spawn } from 'node:child_process'
import { keepLastWords } from '../engine/last-words.ts'
import { lowerPriority } from '../engine/lower-priority.ts'
import type { WorkerListener, WorkerProcess } from '../engine/worker-process.ts'
import { createFrameReader, decodeFrame, encodeFrame } from './program-frames.ts'

/** What can be chosen about a process of the native program. */
export interface SpawnProgramOptions {
  /** The executable. */
  readonly file: string
  /** Instruction set, by its name. Default: the fastest that the processor has. */
  readonly variant?: string | undefined
  /** The process's priority, from 0 (its parent's) to 19: everything else on the machine goes first. */
  readonly niceness: number
}

/**
 * Starts the native program as a worker, with no environment at all: none of it could be of use, and any of it could
 * change what is loaded.
 */
export function spawnProgram(
  { file, variant, niceness }: SpawnProgramOptions,
  listener: WorkerListener,
): WorkerProcess {
  const child = spawn(file, [], { env: {}, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
  lowerPriority(child.pid, niceness)
  const lastWords = keepLastWords(child.stderr)
  let gone = false
  let problem = ''
  const end = (code: number | null, signal: NodeJS.Signals | null): void => {
    if (gone) return
    gone = true
    listener.onExit({ code, signal, lastWords: problem === '' ? lastWords() : problem })
  }
  const read = createFrameReader((kind, payload) => listener.onMessage(decodeFrame(kind, payload)))
  child.stdout.on('data', (chunk: Uint8Array) => {
    if (problem !== '') return
    try {
      read(chunk)
    } catch (error) {
      problem = `its output is not that of an engine: ${error}`
      child.kill('SIGKILL')
    }
  })
  // After the last frame and the last word.
  child.on('close', end)
  // If there is no process, it could not be started at all. (Other errors are failed kills.)
  child.on('error', (error) => {
    if (child.pid !== undefined) return
    problem = error.message
    end(null, null)
  })
  // A write to a process that has just died fails; its end, which follows, is what tells the owner.
  child.stdin.on('error', () => {})
  return {
    pid: child.pid,
    send: (message) => void (child.stdin.writable && child.stdin.write(encodeFrame(message, variant))),
    kill: () => void child.kill('SIGKILL'),
  }
}
