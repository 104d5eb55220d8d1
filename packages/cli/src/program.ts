import { Command, CommanderError } from 'commander'
import type { CliContext } from './cli-context.ts'
import { EXIT_CODES, type ExitCode } from './exit-codes.ts'
import { reportError } from './report-error.ts'

const CLOSING_HELP = `
Exit codes:
  0    done
  1    the check found a fault
  2    the command line or a setting is wrong; nothing was done
  3    something outside poai failed: a file, the network, a node; try again
  130  interrupted

Every command takes --help, which shows examples, and --json, for scripts.`

type AddCommand = (program: Command, context: CliContext) => void

/**
 * Every command, in the order of the help. Only the command that is named gets loaded: all of them together import the
 * whole node, which takes a second of CPU (measured).
 */
const COMMANDS: Readonly<Record<string, () => Promise<AddCommand>>> = {
  testnet: async () => (await import('./commands/testnet.ts')).addTestnetCommand,
  node: async () => (await import('./commands/node.ts')).addNodeCommand,
  mine: async () => (await import('./commands/mine.ts')).addMineCommand,
  wallet: async () => (await import('./commands/wallet.ts')).addWalletCommands,
  tx: async () => (await import('./commands/tx.ts')).addTxCommand,
  'call-model': async () => (await import('./commands/call-model.ts')).addCallModelCommand,
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

/** The command that describes all others. */
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
    .showHelpAfterError('(--help shows the usage, with examples)')
    .addHelpText('after', CLOSING_HELP)
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
    // Commander has already printed the help, the version, or what is wrong with the arguments.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage
    return reportError(error, context.terminal, { json: args.includes('--json') })
  }
}
