import { Argument, type Command, InvalidArgumentError } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { completionScript, SHELLS, type Shell } from '../shell/completion-script.ts'
import { describeCommands } from '../shell/describe-commands.ts'
import { type CommonOptions, leafCommand, printResult } from './leaf-command.ts'

/** Adds `poai completion`. */
export function addCompletionCommand(program: Command, context: CliContext): void {
  leafCommand(program, 'completion', {
    summary: 'print a script that makes your shell complete commands and options',
    examples: [
      'completion bash >> ~/.bashrc',
      'completion zsh > ~/.zfunc/_poai',
      'completion fish > ~/.config/fish/completions/poai.fish',
    ],
  })
    .addArgument(new Argument('<shell>', SHELLS.join(', ')).argParser(parseShell))
    .action((shell: Shell, options: CommonOptions) => print(context, program, { shell, options }))
}

function parseShell(text: string): Shell {
  const shell = SHELLS.find((known) => known === text)
  if (shell !== undefined) return shell
  throw new InvalidArgumentError(`expected one of ${SHELLS.join(', ')}.`)
}

function print(context: CliContext, program: Command, { shell, options }: Wanted): void {
  const commands = describeCommands(program)
  printResult(context, options, { shell, commands }, () => completionScript(shell, commands))
}

interface Wanted {
  readonly shell: Shell
  readonly options: CommonOptions
}
