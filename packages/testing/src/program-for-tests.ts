import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * True if one of the programs that some tests need is installed. In CI a missing one is an error; elsewhere it is
 * reported, and the tests are skipped.
 */
export function hasProgramForTests(programs: readonly string[], help: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const isThere = programs.some((program) => folders.some((folder) => existsSync(join(folder, program))))
  if (isThere) return true
  if (process.env['CI'] !== undefined) throw new Error(`none of ${programs.join(', ')} is installed: ${help}`)
  process.stderr.write(`NOT tested, for want of ${programs.join(' or ')}: ${help}\n`)
  return false
}
