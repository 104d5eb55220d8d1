import { readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** Which process has a database open. LevelDB's own lock decides who may; this only tells people who it is. */
export interface DatabaseOwner {
  readonly pid: number
  readonly host: string
  /** How the process was started, without its arguments' values being interpreted. */
  readonly command: string
  /** When it opened the database, in ISO 8601. */
  readonly since: string
}

const OWNER_FILE = 'owner.json'
/** Of a command line in a message. */
const MAX_COMMAND_LENGTH = 200

/** Records that this process has the database in `directory` open. */
export async function writeOwner(directory: string): Promise<void> {
  const command = process.argv.join(' ').slice(0, MAX_COMMAND_LENGTH)
  const owner: DatabaseOwner = { pid: process.pid, host: hostname(), command, since: new Date().toISOString() }
  await writeFile(join(directory, OWNER_FILE), `${JSON.stringify(owner)}\n`)
}

/** Removes the record. */
export async function removeOwner(directory: string): Promise<void> {
  await rm(join(directory, OWNER_FILE), { force: true })
}

/** Which process is recorded, as the end of a sentence; says so if the record cannot be read. */
export async function describeOwner(directory: string): Promise<string> {
  const text = await readFile(join(directory, OWNER_FILE), 'utf8').catch(() => '')
  try {
    const { pid, host, command, since }: Partial<Record<keyof DatabaseOwner, unknown>> = JSON.parse(text)
    return `process ${pid} on ${host} since ${since}: ${command}`
  } catch {
    return 'a process that left no word'
  }
}
