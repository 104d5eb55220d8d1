import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { createProgram, runCli } from '../../src/index.ts'
import { completionScript } from '../../src/shell/completion-script.ts'
import { describeCommands } from '../../src/shell/describe-commands.ts'
import { evaluateAsync } from '../../src/shell/evaluate-async.ts'
import { createTestTerminal } from '../support/test-terminal.ts'

const context = {
  terminal: createTestTerminal(),
  environment: {},
  signal: new AbortController().signal,
  version: '1',
}
const commands = describeCommands(await createProgram(context))

it('every command has a description, --json, --help and examples', async () => {
  const leaves = commands.filter(({ commands: below }) => below.length === 0)
  expect(leaves.length).toBeGreaterThan(30)
  for (const { path, description, options } of leaves) {
    const flags = options.map(({ flag }) => flag)
    expect({ path, description: description !== '', flags }).toMatchObject({ path, description: true })
    expect(flags, path.join(' ')).toEqual(expect.arrayContaining(['--json', '--help']))
    const terminal = createTestTerminal({ width: 200 })
    expect(await runCli([...path, '--help'], { ...context, terminal })).toBe(0)
    expect(terminal.outText(), path.join(' ')).toContain('  $ poai ')
  }
})

it('a command line loads the command that it names, and all commands where it names none', async () => {
  expect((await createProgram(context, 'block')).commands.map((command) => command.name())).toEqual(['block'])
  const all = (await createProgram(context, 'nonsense')).commands.map((command) => command.name())
  expect(all).toEqual(expect.arrayContaining(['testnet', 'node', 'wallet', 'block', 'completion']))
})

it.runIf(spawnSync('bash', ['--version']).status === 0)('bash completes commands, options and files', () => {
  const complete = (...words: string[]): string[] => {
    const script = `${completionScript('bash', commands)}
      COMP_WORDS=(poai "$@"); COMP_CWORD=$#; _poai; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout, stderr } = spawnSync('bash', ['-c', script, 'bash', ...words], { encoding: 'utf8' })
    expect(stderr).not.toContain('syntax error')
    return stdout.split('\n').filter((word) => word !== '')
  }
  expect(complete('wal')).toEqual(['wallet'])
  expect(complete('wallet', 'se')).toEqual(['send'])
  expect(complete('wallet', 'send', '--ma')).toEqual(['--max-fee'])
  expect(complete('exam', '--rpc', '/de')).toContain('/dev')
})

it('fish gets a line for every command and option', () => {
  const script = completionScript('fish', commands)
  expect(script).toContain("complete -c poai -f -n '__fish_use_subcommand' -a wallet")
  expect(script).toMatch(/__fish_seen_subcommand_from wallet; and __fish_seen_subcommand_from send' -l max-fee -r /)
})

it('the prompt evaluates expressions and statements, and awaits', async () => {
  expect(await evaluateAsync('await one() + 1', { one: async () => 1 })).toBe(2)
  expect(await evaluateAsync('const a = 2; return a * 3', {})).toBe(6)
  await expect(evaluateAsync('1 +', {})).rejects.toMatchObject({ code: 'CLI_USAGE' })
  await expect(evaluateAsync('missing', {})).rejects.toThrow('missing is not defined')
})
