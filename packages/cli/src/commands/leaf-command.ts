import type { Installation } from '@poai/node'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { findInstallation } from '../installation.ts'

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: true
  readonly home?: string
}

/** A command that does something: with the common options, and examples under its help. */
export function leafCommand(
  parent: Command,
  usage: string,
  text: { description: string; examples: readonly string[] },
): Command {
  const examples = text.examples.map((example) => `  $ poai ${example}\n`).join('')
  return parent
    .command(usage)
    .description(text.description)
    .option('--json', 'print one JSON object instead of text')
    .option('--home <directory>', 'where models and caches are kept (default: $POAI_HOME or ~/.poai)')
    .addHelpText('after', `\nExamples:\n${examples}`)
}

/** Where things are, for a command run with `options`. */
export function installationOf(options: CommonOptions, context: CliContext): Installation {
  return findInstallation(options.home, context.environment)
}

/** Writes the result of a command: `value` as JSON, or the text that `format` makes. */
export function printResult(context: CliContext, options: CommonOptions, value: object, format: () => string): void {
  context.terminal.out(options.json ? `${JSON.stringify(value)}\n` : format())
}
