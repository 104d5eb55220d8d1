import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError, RuleError } from '@poai/core'
import { expect, it, onTestFinished } from 'vitest'
import type { LogConfig } from '../../src/config/node-config.ts'
import { createNodeLogger, type NodeLogger } from '../../src/log/create-node-logger.ts'
import { humanLine } from '../../src/log/human-line.ts'
import { plainData } from '../../src/log/plain-data.ts'
import { openRotatingFile } from '../../src/log/rotating-file.ts'

const CONFIG: LogConfig = { level: 'info', format: 'auto', file: 'logs/node.log', fileMb: 1, files: 2 }

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'poai-log-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function openLogger(
  config: Partial<LogConfig>,
  isInteractive: boolean,
): NodeLogger & { readonly lines: string[]; readonly directory: string } {
  const lines: string[] = []
  const directory = folder()
  const screen = { write: (text: string) => void lines.push(text), isInteractive }
  return { ...createNodeLogger({ config: { ...CONFIG, ...config }, directory }, screen), lines, directory }
}

it('speaks to people in a terminal, and in JSON elsewhere', () => {
  const [people, machine] = [openLogger({}, true), openLogger({}, false)]
  for (const { logger } of [people, machine])
    logger.info('Imported block', { number: 7n, hash: `0x${'ab'.repeat(32)}` })
  expect(people.lines[0]).toMatch(/^\d\d:\d\d:\d\d {7}Imported block {23}number=7 hash=0xabababab…abab\n$/)
  expect(JSON.parse(machine.lines[0] ?? '')).toMatchObject({ level: 'info', msg: 'Imported block', number: 7 })
})

it('keeps to its level, with the data of its parents', () => {
  const { logger, lines } = openLogger({ level: 'warn', format: 'json' }, true)
  const child = logger.child({ component: 'x' }).child({ peer: 'y' })
  child.debug('no')
  child.info('no')
  child.warn('yes')
  child.error('yes')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'warn', component: 'x', peer: 'y' },
    { level: 'error', component: 'x', peer: 'y' },
  ])
})

it('writes whole lines of JSON to its file from when that is opened', () => {
  const log = openLogger({}, true)
  log.logger.info('before')
  log.openFile()
  log.logger.info('after', { bytes: Uint8Array.of(1, 2) })
  log.close()
  const path = join(log.directory, 'logs/node.log')
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toMatchObject([{ msg: 'after', bytes: '0x0102' }])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

it('writes no file where none is wanted', () => {
  const log = openLogger({ file: 'none' }, true)
  log.openFile()
  log.logger.info('hello')
  log.close()
  expect(readdirSync(log.directory)).toEqual([])
})

it('says why it cannot write its file', () => {
  const log = openLogger({ file: '/dev/null/node.log' }, true)
  expect(() => log.openFile()).toThrow(expect.objectContaining({ code: 'LOG_FILE' }))
})

it('shows what JSON cannot: large numbers, bytes, errors with their causes', () => {
  const cause = new RuleError('FIELD_KIND', 'of another kind', { expected: 1n, actual: 2 })
  const error = new AppError('STORAGE_FAILED', 'it failed', { cause, hint: 'try' })
  expect(plainData({ a: 1n << 64n, b: 5n, error, deep: { c: { d: { e: { f: { g: 1 } } } } } })).toEqual({
    a: '18446744073709551616',
    b: 5,
    error: {
      name: 'AppError',
      code: 'STORAGE_FAILED',
      message: 'it failed',
      hint: 'try',
      cause: { name: 'RuleError', code: 'FIELD_KIND', message: 'of another kind', expected: '1', actual: '2' },
    },
    deep: { c: { d: { e: { f: '(more)' } } } },
  })
})

it('shows the stack of an error that is nobody’s rule', () => {
  expect(plainData({ error: new TypeError('bug') })['error']).toMatchObject({ stack: expect.stringContaining('bug') })
})

it('ends an error that is its own cause', () => {
  const error: Error & { cause?: unknown } = new Error('round')
  error.cause = error
  expect(() => JSON.stringify(plainData({ error }))).not.toThrow()
})

it('lets nobody write to the terminal by what a peer said', () => {
  const line = humanLine(
    JSON.stringify({ level: 'info', time: 0, msg: 'x', agent: '\u001b[2J\r\nFAKE', c1: '\u009b2J' }),
  )
  expect(line.trimEnd()).not.toMatch(/\p{Cc}/u)
  expect(line.endsWith('\n')).toBe(true)
})

it('tells people an error with its cause and its hint', () => {
  const error = {
    name: 'AppError',
    message: 'it failed',
    hint: 'try again',
    cause: { name: 'Error', message: 'because' },
  }
  expect(humanLine(JSON.stringify({ level: 'error', time: 0, msg: 'Stopped', error }))).toContain(
    'ERROR Stopped                              error="it failed: because" (try again)',
  )
})

it('passes on what is no record', () => {
  expect(humanLine('not json')).toBe('not json\n')
})

it('sets a full file aside, and keeps so many', () => {
  const path = join(folder(), 'node.log')
  const file = openRotatingFile({ path, maxBytes: 10, keep: 2 })
  for (const line of ['first-----\n', 'second----\n', 'third-----\n', 'four\n']) file.write(line)
  file.close()
  expect(['', '.1', '.2'].map((suffix) => readFileSync(`${path}${suffix}`, 'utf8').slice(0, 4))).toEqual([
    'four',
    'thir',
    'seco',
  ])
  expect(readdirSync(join(path, '..'))).toHaveLength(3)
})

it('goes on in the file of the last process, and keeps none beside it if none is wanted', () => {
  const path = join(folder(), 'node.log')
  for (const line of ['a', 'b']) {
    const file = openRotatingFile({ path, maxBytes: 10, keep: 0 })
    file.write(`${line}\n`)
    file.close()
  }
  expect(readFileSync(path, 'utf8')).toBe('a\nb\n')
  const file = openRotatingFile({ path, maxBytes: 5, keep: 0 })
  file.write('cc\n')
  file.write('d\n')
  file.close()
  expect(readFileSync(path, 'utf8')).toBe('d\n')
})
