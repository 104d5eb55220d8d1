import { Command, CommanderError } from 'commander'
import type { CliContext } from './cli-context.ts'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'
import { reportError } from './report-error.ts'

const EXIT_CODE_HELP = `
Exit codes: 0 done, 1 checked and found wrong, 2 wrong usage, 3 something around us failed (try again), 130 interrupted.
Every command takes --json for machines and --help for examples.`

type AddCommand = (program: Command, context: CliContext) => void

/**
 * Every command, in the order of the help. A command line loads the one that it names: all of them together import the
 * whole node, which takes a second of CPU (measured).
 */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  testnet: async () => (await import('./commands/testnet.ts')).addTestnetCommand,
  node: async () => (await import('./commands/node.ts')).addNodeCommand,
  mine: async () => (await import('./commands/mine.ts')).addMineCommand,
  wallet: async () => (await import('./commands/wallet.ts')).addWalletCommands,
  tx: async () => (await import('./commands/tx.ts')).addTxCommand,
  block: async () => (await import('./commands/block.ts')).addBlockCommand,
  exam: async () => (await import('./commands/exam.ts')).addExamCommand,
  verify: async () => (await import('./commands/verify.ts')).addVerifyCommand,
  attach: async () => (await import('./commands/attach.ts')).addAttachCommand,
  peers: async () => (await import('./commands/peers.ts')).addPeersCommands,
  net: async () => (await import('./commands/net.ts')).addNetCommands,
  db: async () => (await import('./commands/db.ts')).addDbCommands,
  genesis: async () => (await import('./commands/genesis.ts')).addGenesisCommands,
  model: async () => (await import('./commands/model.ts')).addModelCommands,
  engine: async () => (await import('./commands/engine.ts')).addEngineCommands,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctorCommand,
  bench: async () => (await import('./commands/bench.ts')).addBenchCommand,
  completion: async () => (await import('./commands/completion.ts')).addCompletionCommand,
}

/** The command that speaks of all others. */
const KNOWS_ALL = 'completion'

/**
 * The command of that name, or all commands. Actions write to the context's terminal and throw; nothing here ends the
 * process.
 */
export async function createProgram(context: CliContext, name?: string): Promise<Command> {
  const program = new Command('poai')
    .description('A blockchain node whose proof of work is deterministic AI inference.')
    .version(context.version)
    .configureOutput({ writeOut: context.terminal.out, writeErr: context.terminal.err })
    .exitOverride()
    .showHelpAfterError('(add --help for usage and examples)')
    .addHelpText('after', EXIT_CODE_HELP)
  const one = name !== undefined && name !== KNOWS_ALL && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  for (const load of one === undefined ? Object.values(COMMANDS) : [one]) (await load())(program, context)
  return program
}

/** Runs one command line, without the program's name in front. Never throws. */
export async function runCli(args: readonly string[], context: CliContext): Promise<ExitCode> {
  try {
    const program = await createProgram(context, args[0])
    await program.parseAsync([...args], { from: 'user' })
    return EXIT_CODES.done
  } catch (error) {
    // Commander has said what there is to say: help or version (0), or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage
    return reportError(error, context.terminal, { json: args.includes('--json') })
  }
}
