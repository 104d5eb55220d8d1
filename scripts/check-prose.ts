// Checks what people read: the width of lines in documents and comments, and words that mislead.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { proseFaults } from './prose/prose-faults.ts'
import { proseOfMarkdown, proseOfSource } from './prose/read-prose.ts'

const root = join(import.meta.dirname, '..')
const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  ...{ cwd: root, encoding: 'utf8' },
  maxBuffer: 64 * 1024 * 1024,
})
/** The wording of a licence is not ours. */
const isProse = (path: string): boolean => /\.(md|tsx?|mjs)$/.test(path) && !/LICENSE\.md$/.test(path)
const files = listed.split('\0').filter((path) => isProse(path) && existsSync(join(root, path)))
const faults = files.flatMap((path) => {
  const text = readFileSync(join(root, path), 'utf8')
  const prose = path.endsWith('.md') ? proseOfMarkdown(text) : proseOfSource(text)
  return proseFaults(prose).map(({ line, message }) => `${path}:${line}  ${message}`)
})
for (const fault of faults) console.error(fault)
if (faults.length === 0) console.log(`Prose is in order: ${files.length} files.`)
else process.exitCode = 1
