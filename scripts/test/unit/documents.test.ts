// Documents are not compiled: what they name must exist. Reads the files of the checkout, and nothing else.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/**/*.md', { cwd: ROOT })].sort()
const TEST_FILES = globSync('{packages/*,models/*,scripts}/test/**/*.ts', { cwd: ROOT })

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, '')
}

/** What the first group of a pattern matches, everywhere in a text. */
function findAll(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found)
}

function isTest(name: string): boolean {
  return TEST_FILES.some((file) => file.endsWith(`/${name}`))
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(file: string): readonly string[] {
  return findAll(withoutCode(read(file)), /^#+ (.*)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** Whether a link leads to a file that exists, and to a heading that it has. */
function isSound(target: string, file: string): boolean {
  if (/^https?:/.test(target)) return true
  const [path = '', anchor] = target.split('#')
  const named = path === '' ? file : normalize(join(dirname(file), path))
  if (!existsSync(join(ROOT, named))) return false
  return anchor === undefined || anchorsOf(named).includes(anchor)
}

describe.each(DOCUMENTS)('%s', (file) => {
  const text = read(file)

  it('links to files and headings that exist', () => {
    const targets = findAll(withoutCode(text), /\]\(([^)\s]+)\)/g)
    expect(targets.filter((target) => !isSound(target, file))).toEqual([])
  })

  it('names paths that exist', () => {
    const paths = findAll(text, /`((?:packages|models|scripts|docs|deploy|testnet|examples)\/[^`\s:…<]*)`/g)
    const real = paths.filter((path) => !/NNNN|NAME/.test(path))
    expect(real.filter((path) => globSync(path, { cwd: ROOT }).length === 0)).toEqual([])
  })

  it('names tests, benchmarks and evidence that exist', () => {
    const tests = findAll(text, /`([a-z0-9-]+\.(?:test|case|bench|evidence)\.ts)`/g)
    const benches = findAll(text, /npm\s+run\s+bench\s+--\s+([a-z0-9-]+)/g).map((name) => `${name}.bench.ts`)
    const evidence = findAll(text, /npm\s+run\s+evidence\s+--\s+([a-z0-9-]+)/g).map((name) => `${name}.evidence.ts`)
    expect([...tests, ...benches, ...evidence].filter((name) => !isTest(name))).toEqual([])
  })
})

it('docs/adr/README.md lists every decision by its number and title', () => {
  const rows = [...read('docs/adr/README.md').matchAll(/^\| \[(\d{4})\]\((\S+)\) \| (.+?) \| (.+?) \|$/gm)]
  const decisions = globSync('docs/adr/[0-9]*.md', { cwd: ROOT }).sort()
  expect(rows.map(([, number, file, title]) => [`docs/adr/${file}`, `# ${number}: ${title}`])).toEqual(
    decisions.map((file) => [file, read(file).split('\n', 1)[0]]),
  )
})
