import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError, type Hex } from '@poai/core'

/** An account with coins, whose key is public. */
export interface DevelopmentAccount {
  readonly address: Hex
  readonly key: Hex
}

/** What `testnet/testnet.json` says: the network of a local testnet, and the defaults of its options. */
export interface TestnetDefinition {
  /** A built-in network. */
  readonly network: string
  readonly nodes: number
  readonly miners: number
  /** The peer port of the first node; the others follow. */
  readonly basePort: number
  readonly rpcPort: number
  readonly accounts: readonly DevelopmentAccount[]
}

/** At the top of a checkout, or beside the code of a published package. */
const PLACES = ['../../../../testnet/', '../../testnet/']
const FILE = 'testnet.json'

/** Reads the definition that came with the program. */
export async function readTestnetDefinition(): Promise<TestnetDefinition> {
  const places = PLACES.map((place) => join(fileURLToPath(new URL(place, import.meta.url)), FILE))
  const path = places.find((place) => existsSync(place))
  if (path === undefined) throw broken(places.join(' or '))
  const definition: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (!isDefinition(definition)) throw broken(path)
  return definition
}

function broken(expected: string): AppError {
  return new AppError('CLI_INSTALLATION_BROKEN', 'the definition of the testnet is missing or damaged', {
    expected,
    hint: 'install poai again',
  })
}

function isDefinition(value: unknown): value is TestnetDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { network, nodes, miners, basePort, rpcPort, accounts } = value as Record<string, unknown>
  return (
    typeof network === 'string' &&
    [nodes, miners, basePort, rpcPort].every((member) => Number.isInteger(member)) &&
    Array.isArray(accounts) &&
    accounts.every(
      (account) =>
        /^0x[0-9a-fA-F]{40}$/.test(String(account?.address)) && /^0x[0-9a-f]{64}$/.test(String(account?.key)),
    )
  )
}
