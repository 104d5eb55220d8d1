import type { TestnetDefinition } from '../plan/testnet-definition.ts'
import type { TestnetDirectory } from '../plan/testnet-directory.ts'
import type { PlannedNode } from '../plan/testnet-plan.ts'
import { formatTable } from '../terminal/table.ts'

/** A network that is about to start, and the width of the terminal that shows it. */
export interface Introduction {
  readonly plan: readonly PlannedNode[]
  readonly directory: Pick<TestnetDirectory, 'path' | 'isNew'>
  readonly definition: TestnetDefinition
  readonly network: string
  readonly width: number
}

/** Columns that an account and its key take on one line. */
const ACCOUNT_WIDTH = 115

/** What a person needs to use the network. */
export function formatIntroduction({ plan, directory, definition, network, width }: Introduction): string {
  const miners = plan.filter(({ mining }) => mining !== undefined).length
  const begin = directory.isNew ? '' : '; continues its chain'
  const facts = formatTable([
    ['network', `${network}, ${plan.length} nodes, ${miners} of them mining${begin}`],
    ['JSON-RPC', `http://127.0.0.1:${plan.at(-1)?.httpPort}`],
    ['data', directory.path],
    ['logs', `${directory.path}/logs`],
  ])
  const warning = 'Accounts with coins, for development only (the keys are public):'
  return `${facts}\n${warning}\n${formatAccounts(definition, width)}\n`
}

/** A line for each account, or two where one would wrap. */
function formatAccounts({ accounts }: TestnetDefinition, width: number): string {
  const gap = width < ACCOUNT_WIDTH ? '\n      ' : '  '
  return accounts.map(({ address, key }, index) => `  ${String(index).padEnd(2)}  ${address}${gap}${key}\n`).join('')
}
