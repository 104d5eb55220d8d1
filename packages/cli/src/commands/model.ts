import { createInterface } from 'node:readline/promises'
import { defined } from '@poai/core'
import {
  type ImportModelOptions,
  importModel,
  inspectModel,
  type ListedModel,
  listModels,
  type ModelDescription,
  type ModelIdentity,
  pullModel,
  type ResolvedModel,
  resolveModel,
  verifyModel,
} from '@poai/inference'
import { openModelStore } from '@poai/node'
import { formatBytes, formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { createProgressBar } from '../progress-bar.ts'
import { type CommonOptions, commandGroup, installationOf, leafCommand, printResult } from './leaf-command.ts'

/** Adds `poai model …`. */
export function addModelCommands(program: Command, context: CliContext): void {
  const model = commandGroup(program, 'model', 'list, fetch, check and import models')

  leafCommand(model, 'list', {
    summary: 'list the known models, and which are on this machine',
    examples: ['model list', 'model list --json'],
  }).action((options: CommonOptions) => list(context, options))

  leafCommand(model, 'pull <name>', {
    summary: 'download a model; continues an interrupted download',
    examples: ['model pull tinyllama-1.1b-chat-v1.0.Q4_K_M'],
  })
    .option('--sha256 <hash>', 'the hash to trust, for a model whose hash poai does not know')
    .action((name: string, options: PullOptions) => pull(context, name, options))

  leafCommand(model, 'verify <name>', {
    summary: 'hash the model file, and compare with the pinned SHA-256',
    examples: ['model verify quiz-1'],
  }).action((name: string, options: CommonOptions) => verify(context, name, options))

  leafCommand(model, 'inspect <name-or-file>', {
    summary: 'show the metadata of a model file; the weights are not read',
    examples: ['model inspect quiz-1', 'model inspect ./some-model.gguf'],
  }).action((what: string, options: CommonOptions) => inspect(context, what, options))

  leafCommand(model, 'import <file>', {
    summary: 'add a model file of your own to the store',
    examples: [
      'model import ./qwen.gguf --name qwen2.5-0.5b-instruct --sha256 <hash>',
      'model import ./my.gguf --link',
    ],
  })
    .option('--name <name>', 'name in the store (default: the file name without .gguf)')
    .option('--sha256 <hash>', 'the hash that the file must have')
    .option('--link', 'link to the file instead of copying it')
    .option('--trust', 'pin the hash of the file without asking')
    .action((file: string, options: ImportOptions) => importFile(context, file, options))
}

interface PullOptions extends CommonOptions {
  readonly sha256?: string
}

interface ImportOptions extends CommonOptions {
  readonly name?: string
  readonly sha256?: string
  readonly link?: true
  readonly trust?: true
}

async function list(context: CliContext, options: CommonOptions): Promise<void> {
  const installation = installationOf(options, context)
  const models = await listModels(await openModelStore(installation))
  printResult(context, options, { store: installation.modelStore, models }, () => {
    const rows = models.map((model) => [
      model.name,
      model.state,
      sizeOf(model),
      model.known?.license ?? 'unknown licence',
      hashOf(model),
    ])
    const table = formatTable([['MODEL', 'STATE', 'SIZE', 'LICENCE', 'SHA-256'], ...rows])
    return `${table}\nStore: ${installation.modelStore}\n`
  })
}

function sizeOf({ state, storedBytes, sizeBytes }: ListedModel): string {
  const whole = sizeBytes === null ? 'unknown' : formatBytes(sizeBytes)
  return state === 'partial' ? `${formatBytes(storedBytes)} of ${whole}` : whole
}

function hashOf({ sha256 }: ListedModel): string {
  return sha256 === null ? 'unknown: pin one with --sha256' : `${sha256.slice(0, 16)}…`
}

async function pull(context: CliContext, name: string, options: PullOptions): Promise<void> {
  const store = await openModelStore(installationOf(options, context))
  const bar = createProgressBar(context.terminal, name)
  const pulled = await pullModel(store, name, {
    ...defined({ sha256: options.sha256 }),
    signal: context.signal,
    onProgress: bar.update,
    onWait: () => context.terminal.err(`waiting for another process that is downloading ${name}\n`),
  }).finally(() => bar.finish())
  printModel(context, options, pulled)
}

async function verify(context: CliContext, name: string, options: CommonOptions): Promise<void> {
  const store = await openModelStore(installationOf(options, context))
  printModel(context, options, await verifyModel(store, name, { signal: context.signal }))
}

async function inspect(context: CliContext, what: string, options: CommonOptions): Promise<void> {
  const isPath = /[\\/]|\.gguf$/i.test(what)
  const { path, description } = isPath
    ? { path: what, description: await inspectModel(what) }
    : await resolveModel(await openModelStore(installationOf(options, context)), what)
  printResult(context, options, { path, description }, () => `${path}\n${formatDescription(description)}`)
}

async function importFile(context: CliContext, file: string, options: ImportOptions): Promise<void> {
  const store = await openModelStore(installationOf(options, context))
  const wanted: ImportModelOptions = {
    path: file,
    mode: options.link ? 'link' : 'copy',
    confirm: (identity) => confirmPin(context, options, identity),
    signal: context.signal,
    ...defined({ name: options.name, sha256: options.sha256 }),
  }
  printModel(context, options, await importModel(store, wanted))
}

/** Only the user can vouch for the file: `--trust` does, or the answer to a question. */
async function confirmPin(
  context: CliContext,
  { trust, json }: ImportOptions,
  identity: ModelIdentity,
): Promise<boolean> {
  if (trust) return true
  if (json || !context.terminal.isInteractive || process.stdin.isTTY !== true) return false
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await prompt.question(
      `SHA-256 ${identity.sha256}\nNothing else confirms this hash. Pin the model to it? [y/N] `,
      { signal: context.signal },
    )
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    prompt.close()
  }
}

function printModel(context: CliContext, options: CommonOptions, model: ResolvedModel): void {
  printResult(context, options, model, () => {
    const rows = [
      ['model', model.name],
      ['file', model.path],
      ['size', formatBytes(model.sizeBytes)],
      ['sha256', `${model.sha256}  (as pinned)`],
    ]
    return formatTable(rows) + formatDescription(model.description)
  })
}

function formatDescription(description: ModelDescription): string {
  const { architecture, layers, width, heads, kvHeads, feedForward, contextLength, vocabularySize, tokenizer } =
    description
  const known = (value: number | string | undefined): string => String(value ?? 'unknown')
  return formatTable([
    ['architecture', `${architecture}, ${known(layers)} layers, width ${known(width)}, ffn ${known(feedForward)}`],
    ['heads', `${known(heads)} (${known(kvHeads)} kv)`],
    ['parameters', `${(description.parameters / 1e6).toFixed(2)} million in ${description.tensors} tensors`],
    ['weights', description.quantization.map(({ type, sizeBytes }) => `${type} ${formatBytes(sizeBytes)}`).join(', ')],
    ['context', `${known(contextLength)} tokens`],
    ['vocabulary', `${vocabularySize} tokens (${known(tokenizer)})`],
    ['licence', known(description.license)],
  ])
}
