import { writeFile } from 'node:fs/promises'
import {
  AppError,
  bytesToHex,
  defined,
  type GenesisAccount,
  genesisHash,
  type NetworkParams,
  networkParamsToJson,
  parseNetworkParams,
} from '@poai/core'
import { deriveNetwork } from '@poai/testnet'
import { formatTable } from '@poai/testnet/terminal'
import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { AUTO_DOMAIN, chooseDomain } from '../genesis/choose-domain.ts'
import { parseGenesisAccount } from '../genesis/parse-account.ts'
import { recordNetworkVectors } from '../genesis/record-network-vectors.ts'
import { loadNetwork } from '../load-network.ts'
import { wholeNumber } from '../parse-options.ts'
import { UsageError } from '../report-error.ts'
import { type CommonOptions, commandGroup, installationOf, leafCommand, printResult } from './leaf-command.ts'

interface NewOptions extends CommonOptions {
  readonly from: string
  readonly name?: string
  readonly chainId?: number
  readonly spacing?: number
  readonly domain?: string
  readonly timestamp?: number
  readonly account?: readonly GenesisAccount[]
  readonly force?: true
}

/** Wallets keep chain ids in doubles and compute with them. */
const MAX_CHAIN_ID = 2 ** 51
const MAX_TIMESTAMP = 2 ** 40 - 1
const DAY_SECONDS = 86_400

/** Adds `poai genesis …`. */
export function addGenesisCommands(program: Command, context: CliContext): void {
  const genesis = commandGroup(program, 'genesis', 'show the parameters of a network, or define a new one')

  leafCommand(genesis, 'show [network]', {
    summary: 'print the parameters of a network, and its genesis hash',
    examples: ['genesis show', 'genesis show testnet', 'genesis show ./my-network.json --json'],
  }).action((network: string | undefined, options: CommonOptions) => show(context, network ?? 'devnet', options))

  leafCommand(genesis, 'new <file>', {
    summary: 'define a new network: the parameters of another one, with changes',
    examples: [
      'genesis new my.json --name my-net --chain-id 4242 --spacing 10',
      'genesis new my.json --account 0x70997970C51812dc3A010C7d01b50e0d17dc79C8=1000',
      'genesis new here.json --domain auto && poai testnet --network here.json',
    ],
  })
    .option('--from <name-or-file>', 'the network to start from', 'devnet')
    .option('--name <name>', 'name of the new network')
    .option('--chain-id <number>', 'chain id, which transactions are signed for', wholeNumber(1, MAX_CHAIN_ID))
    .option('--spacing <seconds>', 'target time between blocks', wholeNumber(1, DAY_SECONDS))
    .option(
      '--domain <name>',
      `determinism domain, or ${AUTO_DOMAIN} for that of this machine; its vectors are recorded now`,
    )
    .option('--timestamp <seconds>', 'Unix time of the genesis block', wholeNumber(0, MAX_TIMESTAMP))
    .option(
      '--account <address=coins>',
      'give an account coins; can be repeated, and replaces all others',
      parseGenesisAccount,
    )
    .option('--force', 'overwrite the file if it exists')
    .action((file: string, options: NewOptions) => create(context, file, options))
}

async function show(context: CliContext, nameOrFile: string, options: CommonOptions): Promise<void> {
  const params = await loadNetwork(nameOrFile)
  const json = networkParamsToJson(params)
  const hash = bytesToHex(genesisHash(params))
  // The output is a file of parameters, fit for a pipe: the hash goes to the error output.
  printResult(context, options, { genesisHash: hash, params: json }, () => `${JSON.stringify(json, null, 2)}\n`)
  if (!options.json) context.terminal.err(`genesis hash ${hash}\n`)
}

async function create(context: CliContext, file: string, options: NewOptions): Promise<void> {
  if (!file.endsWith('.json'))
    throw new UsageError(`${file} does not end in .json`, 'name the file like my-network.json')
  const spaced = deriveNetwork(await loadNetwork(options.from), defined({ spacingSeconds: options.spacing }))
  const { params, vectors } = await withDomain(context, withNames(spaced, options), options)
  const json = networkParamsToJson(params)
  // The result is checked like the parameters of every network.
  parseNetworkParams(json)
  await write(file, `${JSON.stringify(json, null, 2)}\n`, options)
  const result = { file, name: params.name, genesisHash: bytesToHex(genesisHash(params)), vectors: vectors ?? null }
  printResult(context, options, result, () =>
    formatTable([
      ['network', params.name],
      ['genesis', result.genesisHash],
      ['file', file],
      ...(vectors === undefined ? [] : [['vectors', vectors]]),
      ['next', `poai testnet --network ${file}`],
    ]),
  )
}

function withNames(params: NetworkParams, { name, chainId, timestamp, account }: NewOptions): NetworkParams {
  const { genesis } = params
  return {
    ...params,
    ...defined({ name, chainId: chainId === undefined ? undefined : BigInt(chainId) }),
    genesis: {
      timestamp: timestamp === undefined ? genesis.timestamp : BigInt(timestamp),
      accounts: account ?? genesis.accounts,
    },
  }
}

async function withDomain(
  context: CliContext,
  params: NetworkParams,
  options: NewOptions,
): Promise<{ readonly params: NetworkParams; readonly vectors?: string }> {
  if (options.domain === undefined) return { params }
  const domain = await chooseDomain(options.domain)
  if (options.domain !== AUTO_DOMAIN && domain.name === params.work.domain) return { params }
  if (!options.json) context.terminal.err(`recording the vectors of ${domain.name} on this machine\n`)
  const recorded = await recordNetworkVectors(installationOf(options, context), { params, domain }, context.signal)
  // It is another network, whose folders need other names.
  const name = options.name ?? `${params.name}-${domain.name}`
  return { params: { ...recorded.params, name }, vectors: recorded.path }
}

async function write(file: string, text: string, { force }: NewOptions): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? 'w' : 'wx' })
  } catch (cause) {
    const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
    throw exists
      ? new UsageError(`${file} already exists`, 'name another file, or add --force')
      : new AppError('CLI_FILE_UNWRITABLE', `cannot write ${file}`, {
          actual: cause instanceof Error ? cause.message : String(cause),
          cause,
          hint: 'check the folder and its permissions',
        })
  }
}
