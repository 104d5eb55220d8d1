import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError, defined } from '@poai/core'
import {
  type ConfigSources,
  configDocument,
  configToJson,
  createNode,
  defaultOf,
  describeConfig,
  flagUsage,
  type Node,
  resolveConfig,
  SETTING_ROWS,
  type Setting,
  variableOf,
} from '@poai/node'
import { formatTable } from '@poai/testnet/terminal'
import { type Command, Option } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { findDataDirectory } from '../data-directory.ts'
import { findInstallation } from '../installation.ts'
import { UsageError } from '../report-error.ts'

interface NodeCommandOptions extends Readonly<Record<string, string | boolean | undefined>> {
  readonly config?: string
  readonly json?: true
  readonly printConfig?: true
  readonly printConfigDocument?: true
}

const EXAMPLES = `
Examples:
  $ poai node --http-port 8545
  $ poai node --mine --beneficiary 0x… --mine-alone
  $ poai node --network testnet --peers /ip4/192.0.2.1/tcp/30404/p2p/12D3KooW…
  $ poai node --config node.json --print-config

Every setting can also come from a variable or the file of settings: docs/CONFIG.md.
Ctrl-C stops the node in order; a second Ctrl-C stops it at once.`

/** Adds `poai node`. */
export function addNodeCommand(program: Command, context: CliContext): void {
  const command = program
    .command('node')
    .summary('run a node: follow the chain, serve JSON-RPC, mine')
    .description('Run a node: follow the chain, serve JSON-RPC, mine.')
    .option('--config <file>', 'a JSON file of settings (default: $POAI_CONFIG)')
    .option('--json', 'same as --log-format json')
    .option('--print-config', 'print every setting with its value and origin, and start nothing')
    .addOption(new Option('--print-config-document', 'print docs/CONFIG.md').hideHelp())
  for (const { setting } of SETTING_ROWS) addSetting(command, setting)
  command.addHelpText('after', EXAMPLES).action((options: NodeCommandOptions) => nodeCommand(context, command, options))
}

/**
 * Adds the option of a setting. A switch has both forms, whatever its default, so that a flag can overrule a file. Help
 * shows the form that changes the default.
 */
function addSetting(command: Command, setting: Setting<unknown>): void {
  const { flag, kind, description } = setting
  const isSwitch = kind.placeholder === undefined
  const isOn = isSwitch && setting.default === true
  const variable = `env: ${variableOf(setting)}`
  const text = isSwitch
    ? `${description} (${isOn ? 'on; ' : ''}${variable})`
    : `${description} (default: ${defaultOf(setting)}; ${variable})`
  if (!isSwitch) command.option(flagUsage(setting), text)
  else {
    command.addOption(hideIf(isOn, new Option(`--${flag}`, text)))
    command.addOption(hideIf(!isOn, new Option(`--no-${flag}`, `do not ${text}`)))
  }
}

function hideIf(hidden: boolean, option: Option): Option {
  return option.hideHelp(hidden)
}

async function nodeCommand(context: CliContext, command: Command, options: NodeCommandOptions): Promise<void> {
  const { terminal } = context
  if (options.printConfigDocument === true) return terminal.out(configDocument())
  const resolved = resolveConfig(await sourcesOf(context, command, options))
  if (options.printConfig === true) {
    const rows = describeConfig(resolved).map(({ path, value, origin }) => [path, JSON.stringify(value), origin])
    terminal.out(options.json === true ? `${JSON.stringify(configToJson(resolved))}\n` : formatTable(rows))
    return
  }
  const { config } = resolved
  const { home, dataDir, network } = config.node
  const directory = await findDataDirectory(defined({ home, dataDir, network }), context.environment)
  const node = createNode(
    {
      config,
      params: directory.params,
      directory: directory.path,
      installation: findInstallation(home, context.environment),
      version: context.version,
    },
    { screen: { write: terminal.err, isInteractive: terminal.isInteractive } },
  )
  await runNode(node, context.signal)
}

/** Runs the node until it is told to stop, or has to. A stop that was asked for is not an error. */
async function runNode(node: Node, signal: AbortSignal): Promise<void> {
  const stop = (): void => void node.stop()
  const fail = (error: unknown): void => node.fail(error)
  // An error that nothing caught leaves an unknown state: it is logged, and the node stops.
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  signal.addEventListener('abort', stop, { once: true })
  try {
    signal.throwIfAborted()
    await node.start()
    await node.ended
  } catch (error) {
    if (!signal.aborted || !isStop(error)) throw error
  } finally {
    signal.removeEventListener('abort', stop)
    process.off('uncaughtException', fail)
    process.off('unhandledRejection', fail)
  }
}

/** Whether an error only says that a start was stopped. */
function isStop(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'AbortError' || (error instanceof AppError && error.code === 'NODE_STOPPED'))
  )
}

async function sourcesOf(context: CliContext, command: Command, options: NodeCommandOptions): Promise<ConfigSources> {
  const flags: Record<string, string | boolean | undefined> = {}
  for (const { setting } of SETTING_ROWS) {
    const name = camelCase(setting.flag)
    if (command.getOptionValueSource(name) === 'cli') flags[setting.flag] = options[name]
  }
  if (options.json === true) flags['log-format'] ??= 'json'
  const path = options.config ?? context.environment['POAI_CONFIG']
  return {
    flags,
    environment: context.environment,
    ...defined({ file: path === undefined ? undefined : { name: path, json: await readJson(resolve(path)) } }),
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('CONFIG_FILE_UNREADABLE', `cannot read ${path}`, {
      actual: cause instanceof Error ? cause.message : String(cause),
      hint: 'check --config and the permissions of the file',
      cause,
    })
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UsageError(
      `${path} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      'poai node --print-config --json prints an example',
    )
  }
}

/** The name that commander gives the value of an option. */
function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}
