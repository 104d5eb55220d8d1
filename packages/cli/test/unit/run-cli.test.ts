import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError, RuleError } from '@poai/core'
import { afterAll, describe, expect, it } from 'vitest'
import { type ExitCode, runCli } from '../../src/index.ts'
import { reportError, UsageError } from '../../src/report-error.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const home = mkdtempSync(join(tmpdir(), 'poai-cli-'))
afterAll(() => rmSync(home, { recursive: true }))

async function run(...args: string[]): Promise<{ exitCode: ExitCode; out: string; err: string }> {
  const terminal = createTestTerminal()
  const environment = { POAI_HOME: home }
  const exitCode = await runCli(args, { terminal, environment, signal: new AbortController().signal, version: '9.9.9' })
  return { exitCode, out: terminal.outText(), err: terminal.errText() }
}

describe('the command line', () => {
  it('prints its version and its help', async () => {
    expect(await run('--version')).toEqual({ exitCode: 0, out: '9.9.9\n', err: '' })
    const { exitCode, out } = await run('--help')
    expect(exitCode).toBe(0)
    expect(out).toContain('Exit codes:\n  0    done')
  })

  it.each([
    [['bogus'], "unknown command 'bogus'"],
    [['model', 'list', '--bogus'], "unknown option '--bogus'"],
    [['engine', 'check', '--workers', '0'], 'expected a whole number from 1 to 256'],
    [['engine', 'check', '--workers', '1.5'], 'expected a whole number from 1 to 256'],
    [['engine', 'check', '--network', 'nowhere'], 'there is no built-in network nowhere'],
    [['model', 'pull'], "missing required argument 'name'"],
  ])('%j is wrong usage, and it says why', async (args, text) => {
    const { exitCode, out, err } = await run(...args)
    expect(err).toContain(text)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
  })

  it('shows examples under the help of every command', async () => {
    for (const command of [
      ['model', 'list'],
      ['model', 'pull'],
      ['model', 'verify'],
      ['model', 'inspect'],
      ['model', 'import'],
      ['engine', 'check'],
      ['engine', 'domains'],
    ]) {
      const { out } = await run(...command, '--help')
      expect(out, command.join(' ')).toMatch(/Examples:\n {2}\$ poai /)
      expect(out, command.join(' ')).toContain('--json')
    }
  })

  it('lists the known models of the store that it was given', async () => {
    const { exitCode, out } = await run('model', 'list', '--json')
    expect(exitCode).toBe(0)
    const { store, models } = JSON.parse(out)
    expect(store).toBe(join(home, 'models'))
    expect(models.map((model: { name: string }) => model.name)).toContain('quiz-1')
  })

  it('refuses a file that is no model with code 1, in text and in JSON', async () => {
    const path = join(home, 'page.gguf')
    writeFileSync(path, '<html>Not found</html>')
    const text = await run('model', 'inspect', path)
    expect(text.exitCode).toBe(1)
    expect(text.err).toMatch(/^error: .*GGUF.*\n {2}expected: .*\n {2}found: .*\n {2}hint: /)
    const json = await run('model', 'inspect', path, '--json')
    expect(json.exitCode).toBe(1)
    expect(json.err).toBe('')
    expect(JSON.parse(json.out).error.code).toBe('MODEL_NOT_GGUF')
  })

  it('reports all faults of a network file together', async () => {
    const path = join(home, 'network.json')
    writeFileSync(path, '{"name": "my net", "chainId": 0}')
    const { exitCode, err } = await run('engine', 'check', '--network', path)
    expect(exitCode).toBe(2)
    expect(err).toContain('name: expected')
    expect(err).toContain('chainId: expected')
  })
})

describe('exit codes', () => {
  it.each<[string, unknown, ExitCode]>([
    ['a usage error', new UsageError('wrong', 'right'), 2],
    ['a broken rule', new RuleError('FIELD_SIZE', 'broken'), 1],
    ['other bits', new AppError('INFERENCE_DOMAIN_MISMATCH', 'other bits'), 1],
    ['a missing file', new AppError('CONFIG_FILE_UNREADABLE', 'missing'), 3],
    ['Ctrl-C', new DOMException('interrupted', 'AbortError'), 130],
    ['a bug', new TypeError('undefined is not a function'), 3],
  ])('%s', (_, error, exitCode) => {
    expect(reportError(error, createTestTerminal(), { json: false })).toBe(exitCode)
  })

  it('come with expected, found and a hint', () => {
    const terminal = createTestTerminal()
    reportError(new AppError('X', 'it broke', { expected: 'a', actual: 'b', hint: 'mend it' }), terminal, {
      json: false,
    })
    expect(terminal.errText()).toBe('error: it broke\n  expected: a\n  found:    b\n  hint:     mend it\n')
  })
})
