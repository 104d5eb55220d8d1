import { readTestnetDefinition } from '@poai/testnet'
import { Wallet } from 'ethers'
import type { CliContext } from '../cli-context.ts'
import { installationOf } from '../commands/leaf-command.ts'
import { readSecret } from '../read-secret.ts'
import { UsageError } from '../report-error.ts'
import { openKeystore } from './keystore.ts'

/** How a command says whose key signs. */
export interface SignerOptions {
  readonly home?: string
  readonly from?: string
  readonly dev?: number
  readonly passwordFile?: string
}

/** The key that is named: a development account, or one of the keystore, unlocked with its password. */
export async function findSigner(context: CliContext, options: SignerOptions): Promise<Wallet> {
  if (options.dev !== undefined) {
    if (options.from !== undefined)
      throw new UsageError('--dev and --from name two different keys', 'leave one of them out')
    return developmentWallet(options.dev)
  }
  const keystore = openKeystore(installationOf(options, context).home)
  const key = await keystore.find(options.from)
  const password = await readSecret(context, `Password of ${key.address}: `, { file: options.passwordFile })
  return keystore.unlock(key, password)
}

/** A development account of local testnets. */
export async function developmentWallet(index: number): Promise<Wallet> {
  const { accounts } = await readTestnetDefinition()
  const account = accounts[index]
  if (account === undefined) {
    throw new UsageError(`there is no development account ${index}`, `choose a number from 0 to ${accounts.length - 1}`)
  }
  return new Wallet(account.key)
}
