import { Command, CommanderError } from 'commander'
import type { CliContext } from './cli-context.ts'
import { addBlockCommand } from './commands/block.ts'
import { addDbCommands } from './commands/db.ts'
import { addDoctorCommand } from './commands/doctor.ts'
import { addEngineCommands } from './commands/engine.ts'
import { addExamCommand } from './commands/exam.ts'
import { addGenesisCommands } from './commands/genesis.ts'
import { addMineCommand } from './commands/mine.ts'
import { addModelCommands } from './commands/model.ts'
import { addNetCommands } from './commands/net.ts'
import { addNodeCommand } from './commands/node.ts'
import { addPeersCommands } from './commands/peers.ts'
import { addTestnetCommand } from './commands/testnet.ts'
import { addTxCommand } from './commands/tx.ts'
import { addWalletCommands } from './commands/wallet.ts'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'
import { reportError } from './report-error.ts'

const EXIT_CODE_HELP = `
Exit codes: 0 done, 1 checked and found wrong, 2 wrong usage, 3 something around us failed (try again), 130 interrupted.
Every command takes --json for machines and --help for examples.`

/** All commands. Actions write to the context's terminal and throw; nothing here ends the process. */
export function createProgram(context: CliContext): Command {
  const program = new Command('poai')
    .description('A blockchain node whose proof of work is deterministic AI inference.')
    .version(context.version)
    .configureOutput({ writeOut: context.terminal.out, writeErr: context.terminal.err })
    .exitOverride()
    .showHelpAfterError('(add --help for usage and examples)')
    .addHelpText('after', EXIT_CODE_HELP)
  addEngineCommands(program, context)
  addModelCommands(program, context)
  addGenesisCommands(program, context)
  addMineCommand(program, context)
  addDoctorCommand(program, context)
  addDbCommands(program, context)
  addNodeCommand(program, context)
  addPeersCommands(program, context)
  addNetCommands(program, context)
  addTestnetCommand(program, context)
  addWalletCommands(program, context)
  addBlockCommand(program, context)
  addTxCommand(program, context)
  addExamCommand(program, context)
  return program
}

/** Runs one command line, without the program's name in front. Never throws. */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitCode> {
  try {
    await createProgram(context).parseAsync([...args], { from: 'user' })
    return EXIT_CODES.done
  } catch (error) {
    // Commander has said what there is to say: help or version (0), or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage
    return reportError(error, context.terminal, { json: args.includes('--json') })
  }
}
