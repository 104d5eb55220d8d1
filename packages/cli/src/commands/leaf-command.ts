import type { Installation } from '@poai/node'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { findInstallation } from '../installation.ts'

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: true
  readonly home?: string
}

/** What the help of a command says. */
export interface CommandText {
  /** What it does, in a phrase without a full stop, for lists of commands. */
  readonly summary: string
  /** Further sentences, for its own help. */
  readonly details?: string
  /** Command lines, without `poai` in front. */
  readonly examples: readonly string[]
}

/** Adds a command, with the common options, and examples under its help. */
export function leafCommand(parent: Command, usage: string, text: CommandText): Command {
  const examples = text.examples.map((example) => `  $ poai ${example}\n`).join('')
  return parent
    .command(usage)
    .summary(text.summary)
    .description([sentence(text.summary), ...(text.details === undefined ? [] : [text.details])].join(' '))
    .option('--json', 'print one JSON object instead of text')
    .option('--home <directory>', 'where poai keeps its files (default: $POAI_HOME or ~/.poai)')
    .addHelpText('after', `\nExamples:\n${examples}`)
}

/** Adds a group of commands, which does nothing by itself. */
export function commandGroup(program: Command, name: string, summary: string): Command {
  return program.command(name).summary(summary).description(sentence(summary))
}

/** A phrase as a sentence. */
function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`
}

/** The installation that a command uses. */
export function installationOf(options: CommonOptions, context: CliContext): Installation {
  return findInstallation(options.home, context.environment)
}

/** Prints the result of a command: `value` as JSON, or else the text that `format` makes. */
export function printResult(context: CliContext, options: CommonOptions, value: object, format: () => string): void {
  context.terminal.out(options.json ? `${JSON.stringify(value)}\n` : format())
}
