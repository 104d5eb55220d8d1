import type { Command } from 'commander'

/** A command or a group of commands, as a shell completes it. */
export interface DescribedCommand {
  /** After `poai`: `['wallet', 'send']`; empty for the program itself. */
  readonly path: readonly string[]
  readonly description: string
  /** Names of the commands below it. */
  readonly commands: readonly string[]
  readonly options: readonly DescribedOption[]
}

export interface DescribedOption {
  readonly flag: string
  readonly description: string
  /** Whether a value follows it. */
  readonly takesValue: boolean
}

/** All commands of a program, from the top down. */
export function describeCommands(program: Command, path: readonly string[] = []): readonly DescribedCommand[] {
  const described: DescribedCommand = {
    path,
    description: program.summary(),
    commands: program.commands.map((command) => command.name()),
    options: [
      ...program.options
        .filter(({ hidden, long }) => !hidden && typeof long === 'string')
        .map(({ long, description, required, optional }) => ({
          flag: String(long),
          description,
          takesValue: required || optional,
        })),
      { flag: '--help', description: 'show usage and examples', takesValue: false },
    ],
  }
  return [described, ...program.commands.flatMap((command) => describeCommands(command, [...path, command.name()]))]
}
