import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '@poai/core'

export interface RotatingFileOptions {
  readonly path: string
  /** The size at which the file is rotated. */
  readonly maxBytes: number
  /** How many rotated files to keep: `node.log.1` is the newest. */
  readonly keep: number
}

/** A file of lines that never takes more space than its bounds allow. */
export interface RotatingFile {
  write(line: string): void
  close(): void
}

/**
 * Opens the file and appends to what the last process wrote. Lines are written at once, since the ones just before a
 * crash matter most. If the disk fails later, lines are lost, but the node goes on.
 */
export function openRotatingFile({ path, maxBytes, keep }: RotatingFileOptions): RotatingFile {
  let file: number | undefined
  let sizeBytes = 0
  const open = (): void => {
    file = openSync(path, 'a', 0o600)
    sizeBytes = fstatSync(file).size
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    open()
  } catch (cause) {
    throw new AppError('LOG_FILE', `cannot write the log file ${path}`, {
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'check the path, or turn the file off: --log-file none',
      cause,
    })
  }
  const close = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  const rotate = (): void => {
    close()
    for (let age = keep; age > 0; age--) moveIfThere(age === 1 ? path : `${path}.${age - 1}`, `${path}.${age}`)
    if (keep === 0) rmSync(path, { force: true })
    open()
  }
  return {
    write: (line) => {
      if (file === undefined) return
      try {
        sizeBytes += writeSync(file, line)
        if (sizeBytes >= maxBytes) rotate()
      } catch {
        // There is nowhere to report this; the terminal has the line.
      }
    },
    close,
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
